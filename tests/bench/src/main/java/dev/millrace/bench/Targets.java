package dev.millrace.bench;

import dev.millrace.bench.Figures.Row;
import dev.millrace.bench.Target.Of;
import dev.millrace.bench.Target.Side;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What Millrace wants to be beside Kafka at its defaults. Immutable. */
record Targets(List<Target> all) {

  static Targets ofMillrace() {
    return new Targets(
        List.of(
            ours("^process start → first produce", "ms", 800),
            ratio("^resident memory of its own, idle", "MB", 0.3),
            ratio("^raw produce, 16 KiB batches, 1 part", Meter.CPU, 0.3),
            ratio("^raw produce, 64 KiB batches, 1 part", Meter.CPU, 0.35),
            ratio("^raw produce, 900 KiB", Meter.CPU, 0.5),
            ratio("^kafka-producer|^librdkafka produce", Meter.CPU, 0.5),
            ratio("^raw fetch, 1 MiB a request, 1 conn", Meter.CPU, 0.75),
            ratio("^raw fetch, 16 MiB", Meter.CPU, 1),
            ratio("consume.* over TLS", Meter.CPU, 0.4),
            ratio("^kafka-consumer", Meter.CPU, 0.5),
            ratio("^librdkafka consume", Meter.CPU, 0.55),
            ours("^raw fetch, .* 1 connection$", "CPU of a " + Turns.BARE, 1.25),
            faster("^raw .* (8|64) connections", "MB/s", 1.5),
            ratio("^produce at|^end to end", "p50, ms", 0.6),
            ratio("^produce at|^end to end", "p99, ms", 0.6),
            ratio("^produce at|^end to end", "p99.9, ms", 0.6),
            ratio("^1,000 connections", "p99, ms", 0.7),
            ratio("^1,000 connections", Meter.CPU, 0.4),
            ours("^garbage", Allocating.UNIT, 0.01),
            ours("^1,000 partitions, stopped: .* first", "s", 1.2),
            ratio("partitions, resident memory of its own", "MB", 0.3),
            ratio("^10,000 partitions, created", "s", 0.1),
            ratio("^10,000 partitions, SIGTERM", "s", 0.1),
            ratio("^10,000 partitions, stopped: .* all", "s", 0.05),
            ratio("^10,000 partitions, killed: .* all", "s", 0.1),
            new Target(
                Pattern.compile("GB in and out"), HeapTrial.DONE, Of.OURS, Side.AT_LEAST, 100),
            ours("others read cold", ColdReadTrial.PRODUCER, 1.5),
            ours("others read cold", ColdReadTrial.CONSUMER, 1.5),
            faster("MB hot in 1 GiB", HotSetTrial.BESIDE, 1.3),
            ours("MB hot in 1 GiB", HotSetTrial.BEYOND, 0.02)));
  }

  private static Target ratio(String title, String unit, double atMost) {
    return new Target(Pattern.compile(title), unit, Of.RATIO, Side.AT_MOST, atMost);
  }

  private static Target faster(String title, String unit, double atLeast) {
    return new Target(Pattern.compile(title), unit, Of.RATIO, Side.AT_LEAST, atLeast);
  }

  private static Target ours(String title, String unit, double atMost) {
    return new Target(Pattern.compile(title), unit, Of.OURS, Side.AT_MOST, atMost);
  }

  /** The one of a row, if it has one. */
  Optional<Target> of(Row row) {
    return all.stream().filter(target -> target.isOf(row)).findFirst();
  }
}
