package dev.millrace.broker.api;

import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.PartitionRead;
import dev.millrace.broker.replica.ReadRequest;
import dev.millrace.broker.replica.Reader;
import dev.millrace.broker.replica.fetch.FetchFound;
import dev.millrace.broker.replica.fetch.FetchSessions;
import dev.millrace.broker.replica.fetch.PartitionAnswer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.FetchContext;
import org.apache.kafka.server.FetchManager;
import org.apache.kafka.server.FetchSession.FetchSessionCache;
import org.apache.kafka.server.FetchSessionCacheShard;
import org.apache.kafka.storage.internals.log.AppendOrigin;

/**
 * What a fetch costs a leader in CPU time where one partition of a session is busy and all others
 * are idle: with Kafka's sessions, which have every partition read, and with Millrace's. To be run
 * by hand, with an empty directory in memory, which gets one log for each partition, and the
 * numbers of idle partitions. Each takes three open files, of which a process may have so many
 * ({@code ulimit -n}):
 *
 * <pre>java -cp … dev.millrace.broker.api.FetchCost /dev/shm/fetch-cost 0 1000 4000</pre>
 */
final class FetchCost {
  private static final String TOPIC = "orders";
  private static final short VERSION = ApiKeys.FETCH.latestVersion(false);
  private static final int ROUNDS = 300;

  /** Has a request looked at and answered. */
  private interface Server {
    FetchResponseData serve(FetchRequest request);
  }

  private final HostedPartitions partitions;
  private final Uuid topic;
  private final int idle;
  private int reads;

  private FetchCost(HostedPartitions partitions, Uuid topic, int idle) {
    this.partitions = partitions;
    this.topic = topic;
    this.idle = idle;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    System.out.println("idle partitions | sessions | reads a fetch | µs of CPU a fetch");
    for (int i = 1; i < arguments.length; i++) {
      int idle = Integer.parseInt(arguments[i]);
      try (DataBroker broker = new DataBroker(Path.of(arguments[0], arguments[i]))) {
        Uuid topic = broker.createTopic(TOPIC, idle + 1, Map.of());
        Map<Uuid, String> names = broker.metadata().image().topics().topicIdToNameView();
        FetchCost cost = new FetchCost(broker.partitions(), topic, idle);
        cost.measure("Kafka's", cost.kafkas(names));
        cost.measure("Millrace's", cost.millraces(names));
      }
    }
  }

  private void measure(String sessions, Server server) {
    Map<TopicPartition, FetchRequest.PartitionData> all = new LinkedHashMap<>();
    for (int index = 0; index <= idle; index++) {
      all.putAll(at(index, 0));
    }
    int session = server.serve(request(FetchMetadata.INITIAL, all)).sessionId();
    int epoch = 1;
    long nanos = 0;
    for (int round = 0; round < 2 * ROUNDS; round++) {
      if (round == ROUNDS) {
        reads = 0; // The first half was for the compiler.
        nanos = 0;
      }
      long end = append();
      FetchRequest request =
          request(new FetchMetadata(session, epoch++), at(0, Math.max(0, end - 1)));
      long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      server.serve(request);
      nanos += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    }
    System.out.printf(
        "%d | %s | %.1f | %.1f%n", idle, sessions, (double) reads / ROUNDS, nanos / 1e3 / ROUNDS);
  }

  private Server kafkas(Map<Uuid, String> names) {
    FetchManager manager =
        new FetchManager(
            Time.SYSTEM,
            new FetchSessionCache(
                List.of(new FetchSessionCacheShard(10, 60_000, Integer.MAX_VALUE, 0))));
    return request -> {
      FetchContext context =
          manager.newContext(
              VERSION,
              request.metadata(),
              false,
              request.fetchData(names),
              request.forgottenTopics(names),
              names);
      LinkedHashMap<TopicIdPartition, PartitionData> found = new LinkedHashMap<>();
      context.foreachPartition((id, wanted) -> found.put(id, read(id, wanted).data()));
      return context.updateAndGenerateResponseData(found, List.of()).data();
    };
  }

  private Server millraces(Map<Uuid, String> names) {
    FetchSessions sessions = new FetchSessions(partitions, Time.SYSTEM, new Random(), 10, 60_000);
    return request -> {
      FetchSessions.Begun begun = sessions.begin(request, false, names);
      FetchFound found = begun.required().look((id, wanted, soFar) -> read(id, wanted));
      return begun.required().answer(found, begun.epoch(), List.of());
    };
  }

  private PartitionAnswer read(TopicIdPartition id, FetchRequest.PartitionData wanted) {
    reads++;
    PartitionRead read =
        partitions
            .get(id)
            .read(
                new ReadRequest(
                    new Reader.Consumer(false, false),
                    wanted.fetchOffset,
                    wanted.maxBytes,
                    true,
                    OptionalInt.empty(),
                    OptionalInt.empty()));
    read.release();
    PartitionData data =
        new PartitionData()
            .setPartitionIndex(id.partition())
            .setHighWatermark(read.highWatermark())
            .setLogStartOffset(read.logStartOffset())
            .setRecords(MemoryRecords.readableRecords(ByteBuffer.allocate(read.bytes())));
    return new PartitionAnswer(data, read.bytes(), read.settled(), () -> {});
  }

  private FetchRequest request(
      FetchMetadata metadata, Map<TopicPartition, FetchRequest.PartitionData> wanted) {
    return FetchRequest.Builder.forConsumer(VERSION, 0, 1, wanted)
        .metadata(metadata)
        .build(VERSION);
  }

  private Map<TopicPartition, FetchRequest.PartitionData> at(int index, long offset) {
    return Map.of(
        new TopicPartition(TOPIC, index),
        new FetchRequest.PartitionData(
            topic, offset, 0, 1 << 20, Optional.empty(), Optional.empty()));
  }

  private long append() {
    ByteBuffer records =
        MemoryRecords.withRecords(
                Compression.NONE, new SimpleRecord("value".getBytes(StandardCharsets.UTF_8)))
            .buffer();
    return partitions
            .get(new TopicPartition(TOPIC, 0))
            .appendAsLeader(records, AppendOrigin.CLIENT, OptionalInt.empty(), false)
            .info()
            .lastOffset()
        + 1;
  }
}
