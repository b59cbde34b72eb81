package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.EpochEntry;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.OffsetResultHolder;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaCompatibilityTest {
  private static final String[] SETTINGS = {
    "segment.bytes", "1048576", "index.interval.bytes", "512"
  };

  @TempDir Path directory;

  private Path partition() {
    return directory.resolve("events-0");
  }

  private static LogConfig config() {
    return LogFixture.config(SETTINGS);
  }

  /** A few segments of all that can be in a log; what happens is the seed's. */
  private static List<ByteBuffer> workload(long seed, ManualTime time) {
    Random random = new Random(seed);
    List<ByteBuffer> batches = new ArrayList<>();
    int sequence = 0;
    for (int i = 0; i < 400; i++) {
      time.advance(random.nextInt(20));
      long now = time.milliseconds();
      if (i % 3 == 0) {
        batches.add(TestBatches.idempotent(1, 0, sequence, now, "i" + i, "j" + i));
        sequence += 2;
      } else {
        batches.add(TestBatches.random(random, now, 2000));
      }
    }
    return batches;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void kafkaOpensWhatWeWroteAndReadsTheSame(boolean clean) throws Exception {
    // Given
    ManualTime time = new ManualTime();
    List<String> ours;
    List<ActiveProducer> producers;
    long end;
    try (LogFixture fixture = new LogFixture(directory, SETTINGS)) {
      Log log = fixture.log();
      int i = 0;
      for (ByteBuffer batch : workload(1, time)) {
        log.appendAsLeader(batch, i++ / 100, AppendOrigin.CLIENT);
      }
      ours = fixture.contents();
      producers = log.activeProducers();
      end = log.logEndOffset();
    }

    // When
    try (KafkaLog kafka = KafkaLog.open(partition(), config(), time, clean)) {

      // Then
      assertThat(kafka.contents()).isEqualTo(ours);
      assertThat(kafka.log().logEndOffset()).isEqualTo(end);
      assertThat(kafka.log().topicId()).contains(LogFixture.TOPIC_ID);
      assertThat(kafka.log().leaderEpochCache().epochEntries())
          .extracting(EpochEntry::epoch)
          .containsExactly(0, 1, 2, 3);
      assertThat(kafka.log().activeProducersWithLastSequence())
          .containsEntry(1L, producers.getFirst().lastSequence());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void weOpenWhatKafkaWroteAndReadTheSame(boolean clean) throws Exception {
    // Given
    ManualTime time = new ManualTime();
    List<String> theirs;
    long end;
    int lastSequence;
    KafkaLog kafka = KafkaLog.open(partition(), config(), time, true);
    int i = 0;
    for (ByteBuffer batch : workload(2, time)) {
      kafka.append(batch, i++ / 100);
    }
    theirs = kafka.contents();
    end = kafka.log().logEndOffset();
    lastSequence = kafka.log().activeProducersWithLastSequence().getOrDefault(1L, -1);
    if (clean) {
      kafka.close();
      Files.createFile(directory.resolve(".kafka_cleanshutdown"));
    }

    // When
    try (LogFixture fixture = new LogFixture(directory, SETTINGS)) {
      Log log = fixture.log();

      // Then
      assertThat(fixture.contents()).isEqualTo(theirs);
      assertThat(log.logEndOffset()).isEqualTo(end);
      assertThat(log.latestEpoch()).hasValue(3);
      assertThat(log.activeProducers())
          .extracting(ActiveProducer::lastSequence)
          .containsExactly(lastSequence);
      assertThat(log.endOffsetForEpoch(1)).isPresent();
      ByteBuffer next = TestBatches.idempotent(1, 0, lastSequence + 1, time.milliseconds(), "next");
      assertThat(fixture.append(next).firstOffset()).isEqualTo(end);
      log.flush();
      assertThat(KafkaDump.faults(KafkaDump.of(partition()))).isEmpty();
    }
  }

  @Test
  void answersLookUpsByTimeAsKafkaDoes() throws Exception {
    // Given
    ManualTime time = new ManualTime();
    Path theirs = Files.createDirectories(directory.resolve("kafka")).resolve("events-0");
    try (LogFixture fixture = new LogFixture(directory.resolve("ours"), SETTINGS);
        KafkaLog kafka = KafkaLog.open(theirs, config(), time, true)) {
      for (ByteBuffer batch : workload(3, time)) {
        kafka.append(TestBatches.direct(batch), 0);
        fixture.append(batch);
      }

      // When / Then
      for (long t = ManualTime.START - 5; t < time.milliseconds() + 40; t += 3) {
        assertThat(ours(fixture.log().offsetForTimestamp(t)))
            .as("at %d", t)
            .isEqualTo(theirs(kafka, t));
      }
      assertThat(ours(fixture.log().maxTimestamp()))
          .isEqualTo(theirs(kafka, ListOffsetsRequest.MAX_TIMESTAMP));
    }
  }

  private static String ours(java.util.Optional<OffsetAtTime> found) {
    return found
        .map(f -> f.offset() + "@" + f.timestamp() + "/" + f.leaderEpoch().orElse(-1))
        .orElse("none");
  }

  private static String theirs(KafkaLog kafka, long timestamp) {
    OffsetResultHolder holder =
        kafka.log().fetchOffsetByTimestamp(timestamp, java.util.Optional.empty());
    return holder
        .timestampAndOffsetOpt()
        .map(f -> f.offset + "@" + f.timestamp + "/" + f.leaderEpoch.orElse(-1))
        .orElse("none");
  }

  @Test
  void keepsTransactionsAsKafkaDoes() throws Exception {
    // Given
    ManualTime time = new ManualTime();
    Path theirs = Files.createDirectories(directory.resolve("kafka")).resolve("events-0");
    try (LogFixture fixture = new LogFixture(directory.resolve("ours"), SETTINGS);
        KafkaLog kafka = KafkaLog.open(theirs, config(), time, true)) {
      Random random = new Random(4);
      int[] sequences = new int[5];
      boolean[] open = new boolean[5];
      for (int i = 0; i < 600; i++) {
        int producer = random.nextInt(5);
        AppendOrigin origin = AppendOrigin.CLIENT;
        ByteBuffer batch;
        if (open[producer] && random.nextInt(4) == 0) {
          ControlRecordType type =
              random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
          batch = TestBatches.marker(type, producer, 0, time.milliseconds());
          origin = AppendOrigin.COORDINATOR;
          open[producer] = false;
        } else {
          String value = "x".repeat(random.nextInt(3000));
          batch =
              TestBatches.transactional(
                  producer, 0, sequences[producer]++, time.milliseconds(), value);
          open[producer] = true;
        }
        MemoryRecords copy = MemoryRecords.readableRecords(TestBatches.direct(batch));
        kafka
            .log()
            .appendAsLeader(
                copy, 0, origin, RequestLocal.noCaching(), VerificationGuard.SENTINEL, (short) 1);
        fixture.log().appendAsLeader(batch, 0, origin, (short) 1);

        // When
        long watermark = random.nextLong(fixture.log().logEndOffset() + 1);
        watermark = Math.max(watermark, fixture.log().highWatermark());
        kafka.log().updateHighWatermark(watermark);
        fixture.log().updateHighWatermark(watermark);

        // Then
        assertThat(fixture.log().lastStableOffset()).isEqualTo(kafka.log().lastStableOffset());
      }
      long end = fixture.log().logEndOffset();
      for (long from = 0; from < end - 100; from += 37) {
        long start = from;
        // Kafka's method also gives those that end below the asked offset, in the same segment.
        assertThat(fixture.log().abortedTransactions(from, end))
            .isNotEmpty()
            .isEqualTo(
                kafka.log().collectAbortedTransactions(from, end).stream()
                    .filter(transaction -> transaction.lastOffset() >= start)
                    .toList());
      }
      fixture.log().flush();
      assertThat(KafkaDump.faults(KafkaDump.of(fixture.partitionDirectory()))).isEmpty();
    }
  }

  @Test
  void rebuildsTransactionsAfterACrash() throws Exception {
    // Given
    Path copy = Files.createDirectories(directory.resolve("copy"));
    List<?> aborted;
    try (LogFixture fixture = new LogFixture(directory.resolve("ours"), SETTINGS)) {
      for (int i = 0; i < 200; i++) {
        String value = "x".repeat(9000);
        fixture.append(TestBatches.transactional(1, 0, i, fixture.time.milliseconds(), value));
        if (i % 10 == 9) {
          ByteBuffer marker =
              TestBatches.marker(ControlRecordType.ABORT, 1, 0, fixture.time.milliseconds());
          fixture.log().appendAsLeader(marker, 0, AppendOrigin.COORDINATOR, (short) 1);
        }
      }
      aborted = fixture.log().abortedTransactions(0, Long.MAX_VALUE);
      CrashCopy.of(fixture.directory, copy);
    }

    // When
    try (LogFixture recovered = new LogFixture(copy, SETTINGS)) {

      // Then
      assertThat(recovered.manager().recoveryProgress().bytesTotal()).isPositive();
      assertThat(recovered.log().abortedTransactions(0, Long.MAX_VALUE)).hasSize(20);
      assertThat((List<Object>) (List<?>) recovered.log().abortedTransactions(0, Long.MAX_VALUE))
          .isEqualTo(aborted);
    }
  }
}
