package dev.millrace.broker.health;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * One broker as it sees itself; what {@code /v1/broker} tells.
 *
 * @param recoveryPercent how much of the logs is open; 100 once all are
 * @param clusterId null until it is known
 * @param controller whether this broker's controller is the active one
 * @param bytes in the log's segment files
 * @param metadataOffset how much of the metadata log is followed; -1 before any
 * @param configRevision of the settings that it started with; empty where they have none
 * @param cache what the page cache does for readers
 * @param trouble what is wrong with this broker's volume, for people; null while nothing is
 */
public record BrokerStatus(
    int nodeId,
    String state,
    int recoveryPercent,
    String version,
    @Nullable String clusterId,
    @Nullable String rack,
    boolean controller,
    int leaders,
    int replicas,
    long bytes,
    long metadataOffset,
    @Nullable String trouble,
    String configRevision,
    Memory memory,
    CacheFigures cache) {
  /**
   * Bytes; -1 where unknown.
   *
   * @param direct direct buffers of the JVM's and of Netty's
   * @param kernel what the kernel says of the container, told beside the others
   */
  public record Memory(
      long heapUsed, long heapMax, long direct, @JsonUnwrapped MemoryReading kernel) {}
}
