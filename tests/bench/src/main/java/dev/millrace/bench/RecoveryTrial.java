package dev.millrace.bench;

import dev.millrace.bench.wire.ProduceLoop;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.bench.wire.WireConnection;
import dev.millrace.launch.Peer;
import dev.millrace.launch.ProcessReads;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Fills one peer, kills it and sees it come back. Used by one thread. */
final class RecoveryTrial {
  private static final String TOPIC = "filled";
  private static final int BATCH_BYTES = 64 << 10;
  private static final int CONNECTIONS = 4;
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration FILL_LIMIT = Duration.ofMinutes(30);
  private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(20);
  private static final Duration RETRY = Duration.ofMillis(20);
  private static final int CONSUMER = -1;
  private static final long LATEST = -1;

  private final Peer peer;
  private final int partitions;
  private Map<Integer, Long> written = Map.of();

  RecoveryTrial(Peer peer, int partitions) {
    this.peer = peer;
    this.partitions = partitions;
  }

  /**
   * What one start took until all partitions answered.
   *
   * @param seconds from before the process existed
   * @param cpuSeconds of the process
   */
  record Start(double seconds, ProcessReads reads, double cpuSeconds) {}

  /** Starts the peer and fills its partitions evenly. */
  void fill(long bytes) throws IOException {
    peer.start();
    peer.awaitReady(START_LIMIT);
    Uuid topicId;
    try (Topics topics = new Topics(peer)) {
      topicId = topics.create(TOPIC, partitions);
    }
    awaitAll();
    RecordBatch batch = RecordBatch.of(BATCH_BYTES, new SplittableRandom(1));
    List<Connections.Task> tasks = new ArrayList<>();
    for (int connection = 0; connection < CONNECTIONS; connection++) {
      int first = connection;
      List<Integer> own =
          IntStream.range(0, partitions).filter(p -> p % CONNECTIONS == first).boxed().toList();
      tasks.add(
          () -> {
            try (ProduceLoop loop =
                ProduceLoop.open(peer.bootstrap(), TOPIC, topicId, own, batch)) {
              return loop.run(FILL_LIMIT, bytes / CONNECTIONS);
            }
          });
    }
    Connections.run(tasks);
    written = endOffsets();
    if (written.size() < partitions) {
      throw new IOException(peer.name() + " does not tell all end offsets after the fill");
    }
  }

  /** Bytes of record values that were acknowledged. */
  long writtenBytes() {
    return written.values().stream().mapToLong(Long::longValue).sum() * RecordBatch.VALUE_BYTES;
  }

  /** Those of them that the recovery checkpoint on the disk does not vouch for now. */
  long uncoveredBytes() throws IOException {
    Path checkpoint = peer.data().resolve("recovery-point-offset-checkpoint");
    String text = Files.exists(checkpoint) ? Files.readString(checkpoint) : "";
    Map<Integer, Long> covered = offsets(text, TOPIC);
    return written.entrySet().stream()
            .mapToLong(end -> end.getValue() - covered.getOrDefault(end.getKey(), 0L))
            .sum()
        * RecordBatch.VALUE_BYTES;
  }

  /**
   * A topic's offsets in a file of Kafka's: version, number of lines, then topic, partition,
   * offset.
   */
  static Map<Integer, Long> offsets(String checkpoint, String topic) {
    Map<Integer, Long> offsets = new HashMap<>();
    checkpoint
        .lines()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields.length == 3 && fields[0].equals(topic))
        .forEach(fields -> offsets.put(Integer.valueOf(fields[1]), Long.valueOf(fields[2])));
    return offsets;
  }

  /** Starts the peer and waits until every partition has what was acknowledged. */
  Start start() throws IOException {
    long start = System.nanoTime();
    peer.start();
    awaitAll();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Start(
        seconds, ProcessReads.of(peer.pid()), ProcessUsage.of(peer.pid()).cpuSeconds());
  }

  private void awaitAll() throws IOException {
    long deadline = System.nanoTime() + RECOVERY_LIMIT.toNanos();
    while (!serves()) {
      if (!peer.running()) {
        throw new IOException(peer.name() + " ended by itself");
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(peer.name() + " does not serve all after " + RECOVERY_LIMIT);
      }
      LockSupport.parkNanos(RETRY.toNanos());
    }
  }

  private boolean serves() throws IOException {
    Map<Integer, Long> ends;
    try {
      ends = endOffsets();
    } catch (IOException e) {
      return false; // Nobody listens yet: that is what is waited for.
    }
    for (Map.Entry<Integer, Long> end : ends.entrySet()) {
      if (end.getValue() < written.getOrDefault(end.getKey(), 0L)) {
        throw new IOException(
            "%s lost records of partition %d: it ends at %d, not at %d"
                .formatted(peer.name(), end.getKey(), end.getValue(), written.get(end.getKey())));
      }
    }
    return ends.size() == partitions;
  }

  /** Of the partitions that answer. */
  private Map<Integer, Long> endOffsets() throws IOException {
    ListOffsetsTopic asked = new ListOffsetsTopic().setName(TOPIC);
    for (int partition = 0; partition < partitions; partition++) {
      asked
          .partitions()
          .add(new ListOffsetsPartition().setPartitionIndex(partition).setTimestamp(LATEST));
    }
    ListOffsetsRequestData request =
        new ListOffsetsRequestData().setReplicaId(CONSUMER).setTopics(List.of(asked));
    Map<Integer, Long> ends = new HashMap<>();
    try (WireConnection connection = WireConnection.to(peer.bootstrap())) {
      short version = connection.newestVersion(ApiKeys.LIST_OFFSETS);
      ListOffsetsResponseData response =
          new ListOffsetsResponseData(
              connection.call(ApiKeys.LIST_OFFSETS, version, request), version);
      for (ListOffsetsPartitionResponse one : response.topics().getFirst().partitions()) {
        if (one.errorCode() == Errors.NONE.code()) {
          ends.put(one.partitionIndex(), one.offset());
        }
      }
    }
    return ends;
  }
}
