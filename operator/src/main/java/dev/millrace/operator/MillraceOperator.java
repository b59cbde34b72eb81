package dev.millrace.operator;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.reconcile.LogClusterReconciler;
import dev.millrace.operator.reconcile.Zones;
import dev.millrace.operator.scale.BrokerRegistry;
import dev.millrace.operator.scale.KafkaBrokerRegistry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;

/**
 * A running operator. Whoever starts it keeps the client, which must outlive it. Pods live on after
 * it is closed.
 */
public final class MillraceOperator implements AutoCloseable {
  private static final Duration TERMINATION = Duration.ofSeconds(5);
  private static final int RETRY_FIRST_MS = 500;
  private static final int RETRY_MOST_MS = 30_000;
  private static final double RETRY_GROWTH = 2;

  private final Operator operator;
  private final BrokerRegistry registry;

  private MillraceOperator(Operator operator, BrokerRegistry registry) {
    this.operator = operator;
    this.registry = registry;
  }

  /**
   * Starts an operator; returns once it has seen what there is. The CRDs must be installed.
   *
   * @throws io.javaoperatorsdk.operator.OperatorException when it cannot see: no CRD, no rights
   */
  public static MillraceOperator start(KubernetesClient client, OperatorSettings settings) {
    return start(client, settings, new KafkaBrokerRegistry(), Metrics.NOOP);
  }

  static MillraceOperator start(
      KubernetesClient client,
      OperatorSettings settings,
      BrokerRegistry registry,
      Metrics metrics) {
    var operator =
        new Operator(
            overrider ->
                overrider
                    .withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .withMetrics(metrics)
                    .withStopOnInformerErrorDuringStartup(true)
                    .withReconciliationTerminationTimeout(TERMINATION));
    operator.register(
        new LogClusterReconciler(
            client,
            settings.brokers().withZones(Zones.allowed(client)),
            settings.healthInterval(),
            registry,
            MillraceOperator::clusterId,
            Clock.systemUTC()),
        controller ->
            controller
                .settingNamespaces(settings.namespaces())
                // An annotation asks for things, too, and is no new generation.
                .withGenerationAware(false)
                .withOnUpdateFilter(MillraceOperator::asksAnew)
                .withReconciliationMaxInterval(settings.resync())
                .withRetry(
                    new GenericRetry()
                        .setInitialInterval(RETRY_FIRST_MS)
                        .setIntervalMultiplier(RETRY_GROWTH)
                        .setMaxInterval(RETRY_MOST_MS)
                        .withoutMaxAttempts()));
    operator.start();
    return new MillraceOperator(operator, registry);
  }

  private static boolean asksAnew(LogCluster now, LogCluster before) {
    var one = now.getMetadata();
    var other = before.getMetadata();
    return !Objects.equals(one.getGeneration(), other.getGeneration())
        || !Objects.equals(one.getAnnotations(), other.getAnnotations())
        || !Objects.equals(one.getDeletionTimestamp(), other.getDeletionTimestamp());
  }

  /** A UUID as Kafka writes cluster ids: 22 letters, digits, dashes and underscores. */
  private static String clusterId() {
    var uuid = UUID.randomUUID();
    var bytes =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** Whether it runs. */
  public boolean running() {
    return operator.getRuntimeInfo().isStarted();
  }

  @Override
  public void close() {
    operator.stop();
    registry.close();
  }
}
