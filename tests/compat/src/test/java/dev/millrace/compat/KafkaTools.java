package dev.millrace.compat;

import dev.millrace.compat.BrokerUnderTest.Target;
import dev.millrace.launch.JavaCommand;
import dev.millrace.launch.Tool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Kafka's own command-line tools, each run a process of its own as people start them. Used by one
 * thread.
 */
final class KafkaTools {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String PACKAGE = "org.apache.kafka.tools.";

  /** The script's name and the class that it starts in this version. */
  private static final Map<String, String> MAIN_CLASS =
      Map.ofEntries(
          Map.entry("kafka-topics", PACKAGE + "TopicCommand"),
          Map.entry("kafka-configs", "kafka.admin.ConfigCommand"),
          Map.entry("kafka-console-producer", PACKAGE + "ConsoleProducer"),
          Map.entry("kafka-console-consumer", PACKAGE + "consumer.ConsoleConsumer"),
          Map.entry("kafka-get-offsets", PACKAGE + "GetOffsetShell"),
          Map.entry("kafka-consumer-groups", PACKAGE + "consumer.group.ConsumerGroupCommand"),
          Map.entry("kafka-groups", PACKAGE + "GroupsCommand"),
          Map.entry("kafka-delete-records", PACKAGE + "DeleteRecordsCommand"),
          Map.entry("kafka-log-dirs", PACKAGE + "LogDirsCommand"),
          Map.entry("kafka-broker-api-versions", PACKAGE + "BrokerApiVersionsCommand"),
          Map.entry("kafka-cluster", PACKAGE + "ClusterTool"),
          Map.entry("kafka-transactions", PACKAGE + "TransactionsCommand"),
          Map.entry("kafka-producer-perf-test", PACKAGE + "ProducerPerformance"),
          Map.entry("kafka-consumer-perf-test", PACKAGE + "ConsumerPerformance"),
          Map.entry("kafka-e2e-latency", PACKAGE + "EndToEndLatency"));

  /** Each run lives for a second: start-up is what is paid. */
  private static final List<String> JVM =
      List.of(
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

  private final Target target;

  KafkaTools(Target target) {
    this.target = target;
  }

  /** Runs a tool that must end with 0; returns its standard output. */
  String run(String tool, String... arguments) {
    return outcome(tool, "", arguments).orThrow(tool + " " + List.of(arguments)).output();
  }

  /** Runs a tool with {@code input} on its standard input. */
  Tool.Outcome outcome(String tool, String input, String... arguments) {
    String mainClass = Objects.requireNonNull(MAIN_CLASS.get(tool), tool);
    List<String> all = new ArrayList<>(List.of(arguments));
    // This one takes it before the name of what to do, all others anywhere or behind it.
    int at = tool.equals("kafka-transactions") ? 0 : all.size();
    all.addAll(at, List.of("--bootstrap-server", target.bootstrap()));
    JavaCommand command =
        new JavaCommand(target.checkout().classPath("kafka-tools"), JVM, mainClass);
    return new Tool(target.folder()).run(LIMIT, command.with(all), input, Map.of());
  }
}
