package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeaderValidationTest {
  private static final long NOW = ManualTime.START;
  private static final String OUT_OF_SEQUENCE = "offsets out of sequence";

  private final ManualTime time = new ManualTime();
  private final LeaderValidation fast = new LeaderValidation(LogFixture.PARTITION, time);
  private final SlowValidation kafkas = new SlowValidation(LogFixture.PARTITION, time);

  private static final List<LogConfig> CONFIGS =
      List.of(
          LogFixture.config(),
          LogFixture.config("message.timestamp.type", "LogAppendTime"),
          LogFixture.config("cleanup.policy", "compact"),
          LogFixture.config("message.timestamp.before.max.ms", "1000"),
          LogFixture.config("compression.type", "gzip"),
          LogFixture.config("compression.type", "uncompressed"),
          LogFixture.config("compression.type", "lz4", "message.timestamp.type", "LogAppendTime"));

  private static Compression compression(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Compression.gzip().build();
      case 1 -> Compression.lz4().build();
      case 2 -> Compression.snappy().build();
      case 3 -> Compression.zstd().build();
      default -> Compression.NONE;
    };
  }

  /** A batch with anything in it that a client might send, by intent or not. */
  private static ByteBuffer batch(Random random, Compression compression) {
    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(4)];
    for (int i = 0; i < records.length; i++) {
      byte[] key = random.nextInt(5) == 0 ? null : ("k" + i).getBytes(StandardCharsets.UTF_8);
      byte[] value =
          random.nextInt(9) == 0
              ? null
              : "v".repeat(random.nextInt(300)).getBytes(StandardCharsets.UTF_8);
      long timestamp =
          switch (random.nextInt(12)) {
            case 0 -> NOW - 5_000;
            case 1 -> NOW + 10_000_000;
            case 2 -> RecordBatch.NO_TIMESTAMP;
            default -> NOW - random.nextInt(900);
          };
      records[i] = new SimpleRecord(timestamp, key, value);
    }
    MemoryRecords made =
        switch (random.nextInt(3)) {
          case 0 ->
              MemoryRecords.withIdempotentRecords(
                  compression, 5, (short) 1, random.nextInt(3), records);
          case 1 -> MemoryRecords.withTransactionalRecords(compression, 5, (short) 1, 0, records);
          default -> MemoryRecords.withRecords(compression, records);
        };
    ByteBuffer batch = TestBatches.direct(made);
    if (random.nextInt(20) == 0) {
      batch.putInt(53, -1); // no sequence number, which only matters to who has a producer id
      restoreChecksum(batch);
    }
    return batch;
  }

  /** Changes bytes and makes the checksum right again. */
  private static void damage(ByteBuffer batch, Random random, int from) {
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = from + random.nextInt(batch.limit() - from);
      batch.put(
          at,
          (byte)
              (random.nextBoolean()
                  ? random.nextInt(256)
                  : batch.get(at) ^ (1 << random.nextInt(8))));
    }
    restoreChecksum(batch);
  }

  private static void restoreChecksum(ByteBuffer batch) {
    batch.putInt(BatchHeader.CRC, BatchHeader.computeCrc(batch, 0, batch.limit()));
  }

  private static final int UNDAMAGED = 0;
  private static final int HEADER = 1;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void judgesAndRewritesAsKafkasValidatorDoes(long seed) {
    Random random = new Random(seed);
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      // Given
      Compression compression = compression(random);
      boolean compressed = compression != Compression.NONE;
      ByteBuffer batch = batch(random, compression);
      int damage = random.nextInt(compressed ? 1 : 3);
      if (damage != UNDAMAGED) {
        damage(batch, random, damage == HEADER ? BatchHeader.ATTRIBUTES : BatchHeader.BYTES);
      }
      LogConfig config = CONFIGS.get(random.nextInt(CONFIGS.size()));
      AppendOrigin origin =
          random.nextInt(10) == 0 ? AppendOrigin.COORDINATOR : AppendOrigin.CLIENT;
      if (!BatchHeader.knowsCompression(batch, 0)
          || BatchHeader.compression(batch, 0) != compression.type()) {
        continue; // damage made it claim to be compressed: that is where we don't look
      }

      // When
      Object expected = outcome(() -> kafkas.validate(TestBatches.direct(batch), origin, config));
      Object actual = outcome(() -> fast.validate(TestBatches.direct(batch), origin, config));

      // Then
      boolean stricter = actual instanceof String message && message.contains(OUT_OF_SEQUENCE);
      boolean stricterForCoordinators = origin == AppendOrigin.COORDINATOR && damage != UNDAMAGED;
      if (expected instanceof Accepted && !stricter && !stricterForCoordinators) {
        assertThat(actual).as("seed %d, batch %d", seed, i).isEqualTo(expected);
        accepted++;
      } else if (!(expected instanceof Accepted)) {
        assertThat(actual).as("seed %d, batch %d", seed, i).isInstanceOf(String.class);
        refused++;
      }
    }
    assertThat(accepted).isGreaterThan(500);
    assertThat(refused).isGreaterThan(500);
  }

  private record Accepted(String bytes) {}

  private interface Validation {
    ValidBatches run();
  }

  private static Object outcome(Validation validation) {
    try {
      ByteBuffer buffer = validation.run().buffer();
      byte[] bytes = new byte[buffer.limit()];
      buffer.get(0, bytes);
      return new Accepted(HexFormat.of().formatHex(bytes));
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }

  private ValidBatches validate(ByteBuffer batch, String... settings) {
    return fast.validate(batch, AppendOrigin.CLIENT, LogFixture.config(settings));
  }

  @Test
  void makesNoCopyOfWhatNeedsNone() {
    // Given
    ByteBuffer batch = TestBatches.of(NOW, "a", "b");

    // When
    ValidBatches valid = validate(batch);
    valid.buffer().putLong(0, 77);

    // Then
    assertThat(valid.buffer().isDirect()).isTrue();
    assertThat(batch.getLong(0)).isEqualTo(77);
  }

  @Test
  void putsAppendTimeInPlaceWithARightChecksum() {
    // Given
    ByteBuffer batch = TestBatches.of(NOW - 10_000, "a", "b");

    // When
    ValidBatches valid = validate(batch, "message.timestamp.type", "LogAppendTime");

    // Then
    RecordBatch stored = MemoryRecords.readableRecords(batch).batches().iterator().next();
    stored.ensureValid();
    assertThat(valid.logAppendTimeMs()).isEqualTo(NOW);
    assertThat(stored.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
    assertThat(stored.maxTimestamp()).isEqualTo(NOW);
  }

  @Test
  void refusesADamagedBatch() {
    // Given
    ByteBuffer batch = TestBatches.of(NOW, "abc");
    batch.put(batch.limit() - 3, (byte) 'x');

    // When / Then
    assertThatThrownBy(() -> validate(batch)).isInstanceOf(CorruptRecordException.class);
  }

  @Test
  void refusesACutBatch() {
    // Given
    ByteBuffer batch = TestBatches.of(NOW, "abc");

    // When / Then
    for (int limit = 1; limit < batch.capacity(); limit++) {
      ByteBuffer cut = batch.duplicate().limit(limit);
      assertThatThrownBy(() -> validate(cut)).isInstanceOf(CorruptRecordException.class);
    }
  }

  @Test
  void refusesNothingAtAll() {
    assertThatThrownBy(() -> validate(ByteBuffer.allocate(0)))
        .isInstanceOf(InvalidRecordException.class);
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 1})
  void refusesOldFormats(byte magic) {
    // Given
    MemoryRecords old =
        MemoryRecords.withRecords(magic, Compression.NONE, TestBatches.records(NOW, "a"));

    // When / Then
    assertThatThrownBy(() -> validate(TestBatches.direct(old)))
        .isInstanceOf(InvalidRecordException.class);
  }

  @Test
  void refusesABatchThatIsTooLarge() {
    assertThatThrownBy(
            () -> validate(TestBatches.of(NOW, "x".repeat(600)), "max.message.bytes", "1000"))
        .isInstanceOf(RecordTooLargeException.class);
  }

  @Test
  void refusesTwoBatchesFromAClientButNotFromACoordinator() {
    // Given
    ByteBuffer one = TestBatches.of(NOW, "a");
    ByteBuffer two =
        ByteBuffer.allocateDirect(2 * one.limit()).put(one.duplicate()).put(one.duplicate()).flip();

    // When / Then
    assertThatThrownBy(() -> validate(two)).isInstanceOf(InvalidRecordException.class);
    assertThat(fast.validate(two, AppendOrigin.COORDINATOR, LogFixture.config()).bytes())
        .isEqualTo(two.limit());
  }

  @Test
  void saysWhichRecordOfACompactedTopicLacksAKey() {
    // Given
    MemoryRecords records =
        MemoryRecords.withRecords(
            Compression.NONE,
            new SimpleRecord(NOW, new byte[1], new byte[1]),
            new SimpleRecord(NOW, null, new byte[1]));

    // When / Then
    assertThatThrownBy(() -> validate(TestBatches.direct(records), "cleanup.policy", "compact"))
        .isInstanceOfSatisfying(
            RecordValidationException.class,
            e ->
                assertThat(e.recordErrors())
                    .extracting(error -> error.batchIndex)
                    .containsExactly(1));
  }

  /** What a producer of an attack would claim. */
  enum Bomb {
    GZIP(Compression.gzip().build()),
    ZSTD(Compression.zstd().build());

    private final Compression compression;

    Bomb(Compression compression) {
      this.compression = compression;
    }
  }

  @ParameterizedTest
  @EnumSource
  void doesNotUnpackABombWhereItHasToUnpack(Bomb bomb) {
    // Given
    String[] values = new String[20];
    java.util.Arrays.fill(values, "x".repeat(1_000_000));
    ByteBuffer batch = TestBatches.compressed(bomb.compression, NOW, values);
    assertThat(batch.limit()).isLessThan(200_000);

    // When / Then
    assertThatThrownBy(
            () -> validate(batch, "compression.type", "lz4", "max.message.bytes", "200000"))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void convertsCompressionWhereTheTopicAsksForIt() {
    // Given
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      values.add("value " + i);
    }
    ByteBuffer batch = TestBatches.of(NOW, values.toArray(String[]::new));

    // When
    ValidBatches valid = validate(batch, "compression.type", "zstd");

    // Then
    assertThat(valid.bytes()).isLessThan(batch.limit());
    assertThat(BatchHeader.compression(valid.buffer(), 0).name).isEqualTo("zstd");
    assertThat(BatchHeader.lastOffsetDelta(valid.buffer(), 0)).isEqualTo(49);
  }
}
