package dev.millrace.broker.api;

import dev.millrace.broker.network.SliceRecords;
import java.util.LinkedHashMap;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;

/** What one look at a fetch's partitions found, in their order. Owns slices. One thread. */
final class FetchFound {
  private final LinkedHashMap<TopicIdPartition, PartitionData> partitions = new LinkedHashMap<>();
  private int bytes;
  private boolean urgent;

  /**
   * @param tellAtOnce whether there is no point in waiting for more: an error, or a divergence
   */
  void add(TopicIdPartition id, PartitionData data, int dataBytes, boolean tellAtOnce) {
    partitions.put(id, data);
    bytes += dataBytes;
    urgent |= tellAtOnce;
  }

  int bytes() {
    return bytes;
  }

  boolean urgent() {
    return urgent;
  }

  LinkedHashMap<TopicIdPartition, PartitionData> partitions() {
    return partitions;
  }

  /** Lets go of all slices. */
  void release() {
    for (PartitionData data : partitions.values()) {
      if (data.records() instanceof SliceRecords records) {
        records.release();
      }
    }
  }
}
