package dev.millrace.broker.replica;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;

/**
 * Asks the controller to change a partition's in-sync replicas (AlterPartition). Thread-safe, never
 * blocks.
 */
@FunctionalInterface
public interface IsrChannel {
  /**
   * Asks once.
   *
   * @return the controller's answer, an error code of its own included; completes exceptionally
   *     where it is not known whether the controller did it, and no sooner than it makes sense to
   *     ask again
   */
  CompletableFuture<AlterPartitionResponseData.PartitionData> propose(
      TopicIdPartition partition, AlterPartitionRequestData.PartitionData change);
}
