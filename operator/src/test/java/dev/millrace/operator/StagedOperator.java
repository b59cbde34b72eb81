package dev.millrace.operator;

import dev.millrace.operator.rebalance.ReplicaAdmin;
import dev.millrace.operator.resources.Advertise;
import dev.millrace.operator.resources.BrokerSettings;
import dev.millrace.operator.scale.BrokerRegistry;
import dev.millrace.operator.topic.TopicAdmin;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The operator with what a test has to put in its place, hurried: minutes pass in moments. */
public final class StagedOperator implements AutoCloseable {
  private final AtomicInteger passes = new AtomicInteger();
  private final MillraceOperator operator;

  /** Starts it for one namespace, with this image for brokers. */
  public StagedOperator(
      KubernetesClient client,
      String namespace,
      BrokerRegistry registry,
      ReplicaAdmin.Factory replicas,
      TopicAdmin.Factory topics,
      String image) {
    operator =
        MillraceOperator.start(
            client,
            new OperatorSettings(
                Set.of(namespace),
                new BrokerSettings(image, Advertise.HOSTNAME, Optional.empty()),
                Duration.ofMillis(50),
                Duration.ofMillis(50),
                Optional.empty()),
            registry,
            replicas,
            topics,
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

  @Override
  public void close() {
    operator.close();
  }
}
