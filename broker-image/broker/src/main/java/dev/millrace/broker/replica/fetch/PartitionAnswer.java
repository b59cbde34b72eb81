package dev.millrace.broker.replica.fetch;

import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * What one look at a partition found.
 *
 * @param data to be told
 * @param bytes of records in it
 * @param settled whether there is nothing more for this reader until the partition has news
 * @param release lets go of the records; to be called where they are not sent
 */
public record PartitionAnswer(PartitionData data, int bytes, boolean settled, Runnable release) {
  private static final Runnable NOTHING = () -> {};

  /** An answer that holds nothing. */
  public PartitionAnswer(PartitionData data, boolean settled) {
    this(data, 0, settled, NOTHING);
  }

  /** Whether there is no point in waiting for more: an error, a divergence, or another replica. */
  boolean urgent() {
    return data.errorCode() != Errors.NONE.code()
        || FetchResponse.isDivergingEpoch(data)
        || FetchResponse.isPreferredReplica(data);
  }
}
