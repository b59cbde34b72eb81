package dev.millrace.bench;

import dev.millrace.bench.wire.RecordBatch;
import java.time.Duration;

/**
 * How much is done for each figure. Immutable.
 *
 * @param rounds measured turns of every workload on every peer
 * @param warmUp whether a turn that is thrown away comes first: a young JVM costs several times
 *     what it costs later
 * @param window how long raw clients run in a turn
 * @param maxBytes where raw producers stop in a turn even if the window is not over
 * @param fillBytes what consumers read: small enough to be hot, and fetched over and over
 * @param toolRecords how many records of 1 KiB Kafka's perf tools move in a turn
 * @param trialRounds how often each peer is put to a trial
 * @param manyPartitions what counts as many
 * @param manyConnections what counts as many
 * @param heapBytes what a broker in a small heap has to take in and to give out
 * @param hotBytes what is to stay in a small page cache
 * @param coldBytes what is read beside it
 * @param settle how long a started broker is left alone before its memory is read
 */
record Effort(
    int rounds,
    boolean warmUp,
    Duration window,
    long maxBytes,
    long fillBytes,
    int toolRecords,
    int trialRounds,
    int manyPartitions,
    int manyConnections,
    long heapBytes,
    long hotBytes,
    long coldBytes,
    Duration settle) {

  /** What figures are taken with: below a quarter of an hour for two peers. */
  static Effort full(int rounds, Duration window) {
    return new Effort(
        rounds,
        true,
        window,
        2_000_000_000L,
        1_000_000_000L,
        400_000,
        Math.max(1, rounds / 4),
        1_000,
        500,
        10_000_000_000L,
        600_000_000L,
        4_000_000_000L,
        Duration.ofSeconds(3));
  }

  /** Shows that everything runs; its figures mean nothing. */
  static Effort shortRun() {
    return new Effort(
        1,
        false,
        Duration.ofMillis(300),
        100_000_000L,
        20_000_000L,
        10_000,
        1,
        50,
        20,
        50_000_000L,
        20_000_000L,
        50_000_000L,
        Duration.ZERO);
  }

  /** How long clients run that send at a fixed rate: rare latencies need many requests. */
  Duration pacedWindow() {
    return window.multipliedBy(2);
  }

  /** How long memory that a turn has filled may take to come back before the next. */
  Duration deleteWait() {
    return warmUp ? Duration.ofSeconds(5) : Duration.ZERO;
  }

  /** How many records the filled topic has at least: its batches carry more than their values. */
  int fillRecords() {
    return (int) (fillBytes / RecordBatch.VALUE_BYTES / 100 * 99);
  }
}
