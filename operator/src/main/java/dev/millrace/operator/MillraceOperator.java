package dev.millrace.operator;

import dev.millrace.crds.LogTopic;
import dev.millrace.operator.metrics.ApiWrites;
import dev.millrace.operator.metrics.OperatorMetrics;
import dev.millrace.operator.metrics.Passes;
import dev.millrace.operator.reconcile.BrokerCalls;
import dev.millrace.operator.reconcile.LogClusterReconciler;
import dev.millrace.operator.reconcile.LogTopicReconciler;
import dev.millrace.operator.reconcile.Zones;
import dev.millrace.operator.scale.BrokerRegistry;
import dev.millrace.operator.topic.ClusterDirectory;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.monitoring.AggregatedMetrics;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.net.HttpURLConnection;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running operator. Whoever starts it keeps the client, which must outlive it. Pods live on after
 * it is closed.
 */
public final class MillraceOperator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MillraceOperator.class);
  private static final Duration TERMINATION = Duration.ofSeconds(5);
  private static final int RETRY_FIRST_MS = 500;
  private static final int RETRY_MOST_MS = 30_000;
  private static final double RETRY_GROWTH = 2;

  /**
   * Passes wait for the API server most of the time; each holds a thread and what it decides on.
   */
  private static final int PASSES_AT_ONCE = 16;

  private static final int TYPE_ATTEMPTS = 10;
  private static final Duration TYPE_PAUSE = Duration.ofMillis(500);

  /** Topics are looked at every second time that brokers are asked how they are. */
  private static final int TOPIC_INTERVALS = 2;

  private final KubernetesClient client;
  private final Operator operator;
  private final LogClusterReconciler clusters;
  private final BrokerRegistry registry;
  private final OperatorSettings settings;
  private final OperatorMetrics metrics;
  private final AtomicBoolean leads;
  private final AtomicBoolean closing;

  private MillraceOperator(
      KubernetesClient client,
      Operator operator,
      LogClusterReconciler clusters,
      BrokerRegistry registry,
      OperatorSettings settings,
      OperatorMetrics metrics,
      AtomicBoolean leads,
      AtomicBoolean closing) {
    this.client = client;
    this.operator = operator;
    this.clusters = clusters;
    this.registry = registry;
    this.settings = settings;
    this.metrics = metrics;
    this.leads = leads;
    this.closing = closing;
  }

  /**
   * Starts an operator; returns once it has seen what there is. The CRDs must be installed.
   *
   * @throws io.javaoperatorsdk.operator.OperatorException when it cannot see: no CRD, no rights
   */
  public static MillraceOperator start(KubernetesClient client, OperatorSettings settings) {
    return start(
        client, settings, new OperatorMetrics(new Passes(System::nanoTime), new ApiWrites()));
  }

  /**
   * Starts an operator that notes here how it does; else as {@link #start(KubernetesClient,
   * OperatorSettings)}.
   *
   * @param metrics of this operator alone
   */
  static MillraceOperator start(
      KubernetesClient client, OperatorSettings settings, OperatorMetrics metrics) {
    return start(client, settings, BrokerCalls.kafka(), metrics, Metrics.NOOP);
  }

  static MillraceOperator start(
      KubernetesClient client,
      OperatorSettings settings,
      BrokerCalls calls,
      OperatorMetrics metrics,
      Metrics more) {
    var closing = new AtomicBoolean();
    var leads = new AtomicBoolean(settings.election().isEmpty());
    var directory = new ClusterDirectory();
    var operator =
        new Operator(
            overrider -> {
              overrider
                  .withKubernetesClient(client)
                  .withCloseClientOnStop(false)
                  .withMetrics(new AggregatedMetrics(List.of(metrics.passes(), more)))
                  .withConcurrentReconciliationThreads(PASSES_AT_ONCE)
                  .withStopOnInformerErrorDuringStartup(true)
                  .withReconciliationTerminationTimeout(TERMINATION);
              settings
                  .election()
                  .map(among -> among.configuration(closing::get, leads::set))
                  .ifPresent(overrider::withLeaderElectionConfiguration);
            });
    var clusters =
        new LogClusterReconciler(
            client,
            settings.brokers().withZones(Zones.allowed(client)),
            settings.healthInterval(),
            calls,
            directory,
            MillraceOperator::clusterId,
            Clock.systemUTC());
    operator.register(
        clusters, controller -> configure(controller, settings, MillraceOperator::asksAnew));
    if (topicsServed(client, settings)) {
      operator.register(
          new LogTopicReconciler(
              client,
              directory,
              calls.topics(),
              settings.healthInterval().multipliedBy(TOPIC_INTERVALS),
              Clock.systemUTC()),
          controller -> configure(controller, settings, MillraceOperator::asksAnew));
    }
    operator.start();
    return new MillraceOperator(
        client, operator, clusters, calls.registry(), settings, metrics, leads, closing);
  }

  private static <R extends HasMetadata> void configure(
      ControllerConfigurationOverrider<R> controller,
      OperatorSettings settings,
      OnUpdateFilter<R> asksAnew) {
    controller
        .settingNamespaces(settings.namespaces())
        .withInformerListLimit(LogClusterReconciler.PAGE)
        // An annotation asks for things, too, and is no new generation.
        .withGenerationAware(false)
        .withOnUpdateFilter(asksAnew)
        .withReconciliationMaxInterval(settings.resync())
        .withRetry(
            new GenericRetry()
                .setInitialInterval(RETRY_FIRST_MS)
                .setIntervalMultiplier(RETRY_GROWTH)
                .setMaxInterval(RETRY_MOST_MS)
                .withoutMaxAttempts());
  }

  /**
   * Whether there are LogTopics to look after. Helm does not install resource types that come with
   * an upgrade; clusters are to be looked after all the same. One that has just been installed is
   * waited for.
   */
  private static boolean topicsServed(KubernetesClient client, OperatorSettings settings) {
    var why = "";
    for (int attempt = 0; attempt < TYPE_ATTEMPTS; attempt++) {
      try {
        client
            .resources(LogTopic.class)
            .inNamespace(settings.namespaces().iterator().next())
            .list(new ListOptionsBuilder().withLimit(1L).build());
        return true;
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
            && e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
          throw e;
        }
        why = String.valueOf(e.getMessage());
        LockSupport.parkNanos(TYPE_PAUSE.toNanos());
      }
    }
    LOG.atWarn()
        .addKeyValue("reason", why)
        .log("LogTopics are not looked after: apply deploy/crds, then start the operator anew");
    return false;
  }

  private static boolean asksAnew(HasMetadata now, HasMetadata before) {
    var one = now.getMetadata();
    var other = before.getMetadata();
    return !Objects.equals(one.getGeneration(), other.getGeneration())
        || !Objects.equals(one.getAnnotations(), other.getAnnotations())
        || !Objects.equals(one.getFinalizers(), other.getFinalizers())
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

  /** How it does, as Prometheus reads it. Any thread. */
  public String metrics() {
    return metrics.text(
        LogClusterReconciler.NAME, clusters.watched(), leads.get(), settings.resync());
  }

  @Override
  public void close() {
    closing.set(true);
    operator.stop();
    settings.election().ifPresent(among -> among.giveBack(client));
    registry.close();
  }
}
