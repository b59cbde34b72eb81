package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.ReplicationThrottle;
import dev.millrace.broker.replica.fetch.FetchSessions;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.Time;

/** The handlers of what moves or locates records, by explicit list. One instance per broker. */
public final class DataHandlers {
  /**
   * What the handlers are bounded by.
   *
   * @param fetchMaxBytes {@code fetch.max.bytes}: records in one response
   * @param fetchSessions {@code max.incremental.fetch.session.cache.slots}: each holds every
   *     partition that its consumer reads
   * @param fetchSessionEviction idle time after which a session makes room for another
   */
  public record Settings(int fetchMaxBytes, int fetchSessions, Duration fetchSessionEviction) {
    /** Kafka's defaults. */
    public static Settings defaults() {
      return new Settings(55 << 20, 1000, Duration.ofMinutes(2));
    }
  }

  private final HostedPartitions partitions;
  private final ClusterMetadata metadata;
  private final Executor io;
  private final WriteGate gate;
  private final ReplicationThrottle throttle;
  private final Settings settings;
  private final FetchSessions sessions;

  /**
   * @param io runs what may wait for the disk; bounded, may reject
   * @param gate whether records are taken from clients
   * @param throttle of what is sent to followers
   */
  public DataHandlers(
      HostedPartitions partitions,
      ClusterMetadata metadata,
      Executor io,
      WriteGate gate,
      ReplicationThrottle throttle,
      Time time,
      Settings settings) {
    this.partitions = partitions;
    this.metadata = metadata;
    this.io = io;
    this.gate = gate;
    this.throttle = throttle;
    this.settings = settings;
    this.sessions =
        new FetchSessions(
            partitions,
            time,
            new SplittableRandom(),
            settings.fetchSessions(),
            settings.fetchSessionEviction().toMillis());
  }

  /** Adds the rows to a listener's table. */
  public ApiTable.Builder registerIn(ApiTable.Builder table) {
    return table
        .serve(
            ApiKeys.PRODUCE,
            ProduceRequestData.class,
            new ProduceHandler(partitions, metadata, gate))
        .serve(
            ApiKeys.FETCH,
            FetchRequestData.class,
            new FetchHandler(partitions, metadata, sessions, settings.fetchMaxBytes(), throttle))
        .serve(
            ApiKeys.LIST_OFFSETS,
            ListOffsetsRequestData.class,
            new ListOffsetsHandler(partitions, io))
        .serve(
            ApiKeys.OFFSET_FOR_LEADER_EPOCH,
            OffsetForLeaderEpochRequestData.class,
            new OffsetForLeaderEpochHandler(partitions))
        .serve(
            ApiKeys.DELETE_RECORDS,
            DeleteRecordsRequestData.class,
            new DeleteRecordsHandler(partitions, io))
        .serve(
            ApiKeys.DESCRIBE_PRODUCERS,
            DescribeProducersRequestData.class,
            new DescribeProducersHandler(partitions))
        .serve(
            ApiKeys.DESCRIBE_LOG_DIRS,
            DescribeLogDirsRequestData.class,
            new DescribeLogDirsHandler(partitions, io));
  }
}
