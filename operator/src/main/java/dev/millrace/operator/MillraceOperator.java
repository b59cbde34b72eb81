package dev.millrace.operator;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.reconcile.BrokerCalls;
import dev.millrace.operator.reconcile.LogClusterReconciler;
import dev.millrace.operator.reconcile.Zones;
import dev.millrace.operator.scale.BrokerRegistry;
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
import java.util.concurrent.atomic.AtomicBoolean;

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
  private final AtomicBoolean closing;

  private MillraceOperator(Operator operator, BrokerRegistry registry, AtomicBoolean closing) {
    this.operator = operator;
    this.registry = registry;
    this.closing = closing;
  }

  /**
   * Starts an operator; returns once it has seen what there is. The CRDs must be installed.
   *
   * @throws io.javaoperatorsdk.operator.OperatorException when it cannot see: no CRD, no rights
   */
  public static MillraceOperator start(KubernetesClient client, OperatorSettings settings) {
    return start(client, settings, BrokerCalls.kafka(), Metrics.NOOP);
  }

  static MillraceOperator start(
      KubernetesClient client, OperatorSettings settings, BrokerCalls calls, Metrics metrics) {
    var closing = new AtomicBoolean();
    var operator =
        new Operator(
            overrider -> {
              overrider
                  .withKubernetesClient(client)
                  .withCloseClientOnStop(false)
                  .withMetrics(metrics)
                  .withStopOnInformerErrorDuringStartup(true)
                  .withReconciliationTerminationTimeout(TERMINATION);
              settings
                  .election()
                  .map(among -> among.configuration(closing::get))
                  .ifPresent(overrider::withLeaderElectionConfiguration);
            });
    operator.register(
        new LogClusterReconciler(
            client,
            settings.brokers().withZones(Zones.allowed(client)),
            settings.healthInterval(),
            calls,
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
    return new MillraceOperator(operator, calls.registry(), closing);
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
    closing.set(true);
    operator.stop();
    registry.close();
  }
}
