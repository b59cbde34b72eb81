package dev.millrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.network.NetworkConfig;
import dev.millrace.broker.wire.WireClient;
import dev.millrace.log.CachePolicy;
import dev.millrace.log.Disk;
import dev.millrace.log.FileCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches of what is not in memory, from a disk that the test holds back, over one event loop. */
class ColdFetchTest {
  private static final short FETCH = ApiKeys.FETCH.latestVersion();
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final int LONG_WAIT = 170_000;
  private static final int COLD = 0;
  private static final int HOT = 1;

  @TempDir Path directory;
  private final HeldDisk disk = new HeldDisk();
  private final ExecutorService readers = Executors.newFixedThreadPool(2);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private DataBroker broker;
  private Uuid topic;

  /** A disk whose files are cold where their path says so, until a load was let through. */
  private static final class HeldDisk implements Disk {
    final Semaphore loads = new Semaphore(0);
    final AtomicInteger waiting = new AtomicInteger();
    final Set<Path> loaded = ConcurrentHashMap.newKeySet();

    /** Whether what was loaded is gone again when it is looked for. */
    volatile boolean forgets;

    @Override
    public FileChannel open(Path path, OpenOption... options) throws IOException {
      return FileChannel.open(path, options);
    }

    @Override
    public FileCache cache(Path path) {
      return path.toString().contains("topic-" + COLD) ? new Held(path) : FileCache.UNKNOWN;
    }

    private final class Held implements FileCache {
      private final Path path;

      Held(Path path) {
        this.path = path;
      }

      @Override
      public boolean has(long position, long length) {
        return loaded.contains(path);
      }

      @Override
      public boolean lacks(long position, long length) {
        return !has(position, length);
      }

      @Override
      public void load(long position, long length) {
        waiting.incrementAndGet();
        loads.acquireUninterruptibly();
        waiting.decrementAndGet();
        if (!forgets) {
          loaded.add(path);
        }
      }

      @Override
      public void readAhead(long position, long length) {}

      @Override
      public void drop(long position, long length) {}

      @Override
      public void close() {}
    }
  }

  @BeforeEach
  void start() throws Exception {
    broker =
        new DataBroker(
            directory,
            NetworkConfig.defaults(64 << 20),
            List.of(),
            1,
            options -> options.withDisk(disk).withCache(CachePolicy.DEFAULT.withReads(readers)));
    topic = broker.createTopic("topic", 2, Map.of());
    for (int partition : new int[] {COLD, HOT}) {
      broker
          .partitions()
          .get(new TopicPartition("topic", partition))
          .appendAsLeader(records(), AppendOrigin.CLIENT, OptionalInt.empty(), true);
    }
  }

  @AfterEach
  void stop() throws Exception {
    disk.loads.release(1_000);
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
    broker.close();
    readers.shutdown();
    assertThat(readers.awaitTermination(3, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void whileOneWaitsForTheDiskOthersAreServedByTheSameLoop() throws Exception {
    // Given
    WireClient cold = client();
    cold.send(1, fetch(LONG_WAIT, COLD), FETCH);
    awaitLoad();
    // When
    FetchResponseData hot = client().ask(fetch(LONG_WAIT, HOT), new FetchResponseData(), FETCH);
    // Then
    assertThat(bytes(hot, HOT)).isPositive();
    // When
    disk.loads.release();
    FetchResponseData late = cold.receive(new FetchResponseData(), FETCH);
    // Then
    assertThat(bytes(late, COLD)).isPositive();
  }

  @Test
  void whoDoesNotWaitIsGivenWhatThereIsOnTheDiskAllTheSame() throws Exception {
    // Given
    WireClient cold = client();
    cold.send(1, fetch(0, COLD), FETCH);
    awaitLoad();
    // When
    disk.loads.release();
    FetchResponseData response = cold.receive(new FetchResponseData(), FETCH);
    // Then
    assertThat(bytes(response, COLD)).isPositive();
  }

  @Test
  void whatIsInMemoryIsNotHeldUpByWhatIsNot() throws Exception {
    // When
    FetchResponseData response =
        client().ask(fetch(LONG_WAIT, COLD, HOT), new FetchResponseData(), FETCH);
    // Then
    assertThat(bytes(response, HOT)).isPositive();
    assertThat(disk.loaded).isEmpty();
  }

  @Test
  void aFetchEndsThoughItsBytesAreGoneAgainEveryTime() throws Exception {
    // Given
    disk.forgets = true;
    disk.loads.release(100);
    // When
    FetchResponseData response =
        client().ask(fetch(LONG_WAIT, COLD), new FetchResponseData(), FETCH);
    // Then
    assertThat(bytes(response, COLD)).isPositive();
  }

  private void awaitLoad() {
    await().atMost(DEADLINE).until(() -> disk.waiting.get() > 0);
  }

  private static int bytes(FetchResponseData response, int index) {
    return response.responses().stream()
        .flatMap(topic -> topic.partitions().stream())
        .filter(partition -> partition.partitionIndex() == index)
        .map(PartitionData::records)
        .mapToInt(records -> records.sizeInBytes())
        .sum();
  }

  private FetchRequestData fetch(int maxWaitMs, int... partitions) {
    FetchTopic asked = new FetchTopic().setTopicId(topic);
    for (int partition : partitions) {
      asked
          .partitions()
          .add(new FetchPartition().setPartition(partition).setPartitionMaxBytes(1 << 20));
    }
    return new FetchRequestData()
        .setMinBytes(1)
        .setMaxWaitMs(maxWaitMs)
        .setSessionEpoch(-1)
        .setTopics(List.of(asked));
  }

  private static ByteBuffer records() {
    SimpleRecord record = new SimpleRecord(1000, "value".getBytes(StandardCharsets.UTF_8));
    return MemoryRecords.withRecords(Compression.NONE, record).buffer();
  }

  private WireClient client() throws IOException {
    WireClient client = new WireClient(broker.port());
    opened.add(client);
    return client;
  }
}
