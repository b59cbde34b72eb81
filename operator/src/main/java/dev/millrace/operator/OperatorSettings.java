package dev.millrace.operator;

import dev.millrace.operator.resources.Advertise;
import dev.millrace.operator.resources.BrokerSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How an operator runs, validated once at its start.
 *
 * @param namespaces where it looks for LogClusters; its rights must reach as far
 * @param brokers what it decides about every broker
 * @param healthInterval how often it asks the brokers of a cluster how they are: the delay with
 *     which a status follows them
 * @param resync how often it looks at a LogCluster though nothing happened
 * @param election among several operators; empty where this is the only one
 */
public record OperatorSettings(
    Set<String> namespaces,
    BrokerSettings brokers,
    Duration healthInterval,
    Duration resync,
    Optional<Election> election) {
  private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(1);
  private static final Duration RESYNC = Duration.ofMinutes(5);

  public OperatorSettings {
    namespaces = Set.copyOf(namespaces);
    if (namespaces.isEmpty()) {
      throw new IllegalArgumentException("no namespace to watch");
    }
  }

  /** Settings with the usual intervals. */
  public static OperatorSettings of(Set<String> namespaces, BrokerSettings brokers) {
    return new OperatorSettings(namespaces, brokers, HEALTH_INTERVAL, RESYNC, Optional.empty());
  }

  /** These settings with other decisions about brokers. */
  public OperatorSettings withBrokers(BrokerSettings other) {
    return new OperatorSettings(namespaces, other, healthInterval, resync, election);
  }

  /** These settings with another interval between two questions to a broker. */
  public OperatorSettings withHealthInterval(Duration interval) {
    return new OperatorSettings(namespaces, brokers, interval, resync, election);
  }

  /** These settings with another interval between two looks at a cluster where nothing happens. */
  public OperatorSettings withResync(Duration interval) {
    return new OperatorSettings(namespaces, brokers, healthInterval, interval, election);
  }

  /** These settings for one of several operators. */
  public OperatorSettings withElection(Election among) {
    return new OperatorSettings(namespaces, brokers, healthInterval, resync, Optional.of(among));
  }

  /**
   * The settings that the Deployment gives by environment variables: {@code
   * MILLRACE_WATCH_NAMESPACES} (comma-separated; default: the operator's own), {@code
   * MILLRACE_BROKER_IMAGE}, {@code MILLRACE_ADVERTISE} (Hostname or PodIP), {@code
   * MILLRACE_BROKER_KUBERNETES_URL}, {@code MILLRACE_BROKER_PULL_SECRETS} (comma-separated), and
   * {@code POD_NAME} with {@code POD_NAMESPACE}: with both of them it takes part in an election.
   *
   * @throws IllegalArgumentException naming the variable that is missing or wrong
   */
  static OperatorSettings from(Map<String, String> environment, String ownNamespace) {
    var namespaces = Set.copyOf(list(environment, "MILLRACE_WATCH_NAMESPACES"));
    var image =
        value(environment, "MILLRACE_BROKER_IMAGE")
            .orElseThrow(() -> new IllegalArgumentException("MILLRACE_BROKER_IMAGE is not set"));
    var brokers =
        new BrokerSettings(
                image,
                advertise(value(environment, "MILLRACE_ADVERTISE").orElse("Hostname")),
                value(environment, "MILLRACE_BROKER_KUBERNETES_URL"))
            .withPullSecrets(list(environment, "MILLRACE_BROKER_PULL_SECRETS"));
    var settings = of(namespaces.isEmpty() ? Set.of(ownNamespace) : namespaces, brokers);
    return value(environment, "POD_NAMESPACE")
        .flatMap(
            namespace -> value(environment, "POD_NAME").map(pod -> Election.of(namespace, pod)))
        .map(settings::withElection)
        .orElse(settings);
  }

  private static List<String> list(Map<String, String> environment, String name) {
    return Arrays.stream(environment.getOrDefault(name, "").split(","))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static Advertise advertise(String value) {
    return switch (value) {
      case "Hostname" -> Advertise.HOSTNAME;
      case "PodIP" -> Advertise.POD_IP;
      default ->
          throw new IllegalArgumentException(
              "MILLRACE_ADVERTISE is " + value + "; it must be Hostname or PodIP");
    };
  }
}
