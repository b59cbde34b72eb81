package dev.millrace.operator;

import dev.millrace.operator.metrics.ApiWrites;
import dev.millrace.operator.metrics.MetricsText;
import dev.millrace.operator.metrics.OperatorMetrics;
import dev.millrace.operator.metrics.Passes;
import dev.millrace.operator.reconcile.BrokerCalls;
import dev.millrace.operator.resources.Advertise;
import dev.millrace.operator.resources.BrokerSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The operator with what a test has to put in its place, hurried: minutes pass in moments. */
public final class StagedOperator implements AutoCloseable {
  private final AtomicInteger passes = new AtomicInteger();
  private final AtomicLong later = new AtomicLong();
  private final MillraceOperator operator;

  /**
   * Starts it for one namespace, with this image for brokers.
   *
   * @param writes of the client
   */
  public StagedOperator(
      KubernetesClient client,
      String namespace,
      BrokerCalls calls,
      String image,
      ApiWrites writes) {
    operator =
        MillraceOperator.start(
            client,
            new OperatorSettings(
                Set.of(namespace),
                new BrokerSettings(image, Advertise.HOSTNAME, Optional.empty()),
                Duration.ofMillis(50),
                Duration.ofMillis(50),
                Optional.empty()),
            calls,
            new OperatorMetrics(new Passes(() -> System.nanoTime() + later.get()), writes),
            new Metrics() {
              @Override
              public void finishedReconciliation(
                  HasMetadata resource, Map<String, Object> metadata) {
                passes.incrementAndGet();
              }
            });
  }

  /** Passes that ended well so far. */
  public int passes() {
    return passes.get();
  }

  /** Metrics by name and labels, as they are read. */
  public Map<String, Double> metrics() {
    return MetricsText.read(operator.metrics());
  }

  /** Has so much time gone by, for all that passes are judged by. */
  public void later(Duration time) {
    later.addAndGet(time.toNanos());
  }

  @Override
  public void close() {
    operator.close();
  }
}
