package dev.millrace.bench;

import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.launch.Checkout;
import dev.millrace.launch.JavaCommand;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kafka's own perf tools as published: what the Java client gets out of a broker. Its JVM starts
 * anew in every turn.
 */
final class PerfTool {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String PACKAGE = "org.apache.kafka.tools.";

  private final Checkout checkout;
  private final Path folder;

  PerfTool(Checkout checkout, Path folder) {
    this.checkout = checkout;
    this.folder = folder;
  }

  private String run(String tool, List<String> arguments) {
    List<String> jvm =
        List.of("-Xms512m", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    JavaCommand command = new JavaCommand(checkout.classPath("kafka-tools"), jvm, PACKAGE + tool);
    return new Tool(folder).run(LIMIT, command.with(arguments)).orThrow(tool).output();
  }

  /** {@code kafka-producer-perf-test}, acks=all, big batches. */
  Workload produce(Effort effort, String compression) {
    return new Produce(effort, compression);
  }

  /** {@code kafka-consumer-perf-test} in a group of its own each time. */
  Workload consume(Effort effort, boolean tls) {
    return new Consume(effort, tls);
  }

  /** The tool prints records a second and no time. */
  static double producedPerSecond(String output, int records) throws IOException {
    Matcher last =
        Pattern.compile(records + " records sent, ([0-9.]+) records/sec").matcher(output);
    if (!last.find()) {
      throw new IOException("not all records were sent:\n" + output);
    }
    return Double.parseDouble(last.group(1));
  }

  private final class Produce implements Workload {
    private final Effort effort;
    private final String compression;
    private String topic = "";

    Produce(Effort effort, String compression) {
      this.effort = effort;
      this.compression = compression;
    }

    @Override
    public Section section() {
      return Section.PRODUCE;
    }

    @Override
    public String title() {
      return "kafka-producer-perf-test, 1 KiB, " + compression;
    }

    @Override
    public void prepare(Contender contender) throws IOException {
      topic = contender.freshName();
      contender.create(topic, 1);
      BackedMemory.prepare(effort.maxBytes());
    }

    @Override
    public Moved run(Contender contender) throws IOException {
      int records = effort.toolRecords();
      String output =
          PerfTool.this.run(
              "ProducerPerformance",
              List.of(
                  "--topic",
                  topic,
                  "--num-records",
                  Integer.toString(records),
                  "--record-size",
                  Integer.toString(RecordBatch.VALUE_BYTES),
                  "--throughput",
                  "-1",
                  "--bootstrap-server",
                  contender.peer().bootstrap(),
                  "--command-property",
                  "acks=all",
                  "--command-property",
                  "batch.size=131072",
                  "--command-property",
                  "linger.ms=5",
                  "--command-property",
                  "compression.type=" + compression));
      return new Moved(
          (long) records * RecordBatch.VALUE_BYTES, records / producedPerSecond(output, records));
    }

    @Override
    public void cleanUp(Contender contender) throws IOException {
      contender.delete(topic);
    }
  }

  private final class Consume implements Workload {
    private static final int BYTES_COLUMN = 2;
    private static final int FETCH_TIME_COLUMN = 7;

    private final Effort effort;
    private final boolean tls;

    Consume(Effort effort, boolean tls) {
      this.effort = effort;
      this.tls = tls;
    }

    @Override
    public Section section() {
      return Section.CONSUME;
    }

    @Override
    public String title() {
      return "kafka-consumer-perf-test" + (tls ? " over TLS" : "") + ", 1 KiB";
    }

    @Override
    public void prepare(Contender contender) {}

    @Override
    public Moved run(Contender contender) throws IOException {
      long records = Math.min(effort.toolRecords(), effort.fillRecords());
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--topic", Contender.FILLED,
                  "--num-records", Long.toString(records),
                  "--timeout", "60000",
                  "--group", contender.freshName(),
                  "--bootstrap-server", contender.bootstrap(tls)));
      if (tls) {
        String trusted = "ssl.truststore.location=" + contender.tls().authority();
        for (String property :
            List.of("security.protocol=SSL", "ssl.truststore.type=PEM", trusted)) {
          arguments.addAll(List.of("--command-property", property));
        }
      }
      String output = PerfTool.this.run("ConsumerPerformance", arguments);
      String[] figures = output.strip().lines().reduce((a, b) -> b).orElse("").split(", ");
      if (figures.length <= FETCH_TIME_COLUMN) {
        throw new IOException("no figures:\n" + output);
      }
      double bytes = Double.parseDouble(figures[BYTES_COLUMN]) * (1 << 20);
      return new Moved((long) bytes, Double.parseDouble(figures[FETCH_TIME_COLUMN]) / 1000);
    }

    @Override
    public void cleanUp(Contender contender) {}
  }
}
