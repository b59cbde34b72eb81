package dev.millrace.operator.reconcile;

import static java.util.Objects.requireNonNull;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogTopic;
import dev.millrace.operator.resources.Annotations;
import dev.millrace.operator.status.Edges.Edge;
import dev.millrace.operator.status.Observation;
import dev.millrace.operator.topic.ClusterDirectory;
import dev.millrace.operator.topic.NamespaceEventSource;
import dev.millrace.operator.topic.Situation;
import dev.millrace.operator.topic.Situation.Cluster;
import dev.millrace.operator.topic.TopicAdmin;
import dev.millrace.operator.topic.TopicDecision;
import dev.millrace.operator.topic.TopicEventSource;
import dev.millrace.operator.topic.TopicStatuses;
import dev.millrace.operator.topic.TopicView;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes a LogTopic one pass nearer to what it should be. It never waits for a broker: what was seen
 * last is read, what is to be done is left to the thread that looks at the cluster's topics, and
 * what comes of it is seen in a later pass. The spec is the user's and is never written.
 *
 * <p>It is called for LogTopics that are being deleted, too, and sees to their finalizer itself:
 * the framework would put one on all of them, and hold namespaces that nobody asked it to.
 */
@ControllerConfiguration(
    name = "logtopic",
    fieldManager = Applier.FIELD_MANAGER,
    triggerReconcilerOnAllEvents = true)
public final class LogTopicReconciler implements Reconciler<LogTopic> {
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  /** What somebody has written in between is in the cache by then. */
  private static final Duration SOON = Duration.ofMillis(50);

  /** Well within the five seconds that a namespace's deletion leaves. */
  private static final Duration NAMESPACES = Duration.ofSeconds(1);

  private final KubernetesClient client;
  private final TopicEventSource topics;
  private final NamespaceEventSource namespaces;
  private final Finalizers finalizers;
  private final StatusWriter writer;
  private final EventPublisher events;
  private final TopicStatuses statuses;
  private @Nullable InformerEventSource<LogCluster, LogTopic> clusters;

  /**
   * A reconciler that writes with this client.
   *
   * @param directory tells where clusters listen
   * @param admins opens what topics are seen and changed by
   * @param interval between two looks at the topics of a cluster
   */
  public LogTopicReconciler(
      KubernetesClient client,
      ClusterDirectory directory,
      TopicAdmin.Factory admins,
      Duration interval,
      Clock clock) {
    this.client = client;
    this.topics = new TopicEventSource(admins, directory, interval);
    this.namespaces = new NamespaceEventSource(this::leaves, NAMESPACES);
    this.finalizers = new Finalizers(client);
    this.writer = new StatusWriter(client);
    this.events = new EventPublisher(client, clock);
    this.statuses = new TopicStatuses(clock);
  }

  private boolean leaves(String namespace) {
    return Optional.ofNullable(client.namespaces().withName(namespace).get())
        .filter(HasMetadata::isMarkedForDeletion)
        .isPresent();
  }

  @Override
  public List<EventSource<?, LogTopic>> prepareEventSources(EventSourceContext<LogTopic> context) {
    var informer =
        new InformerEventSource<LogCluster, LogTopic>(
            InformerEventSourceConfiguration.from(LogCluster.class, LogTopic.class)
                .withNamespacesInheritedFromController()
                .withInformerListLimit(LogClusterReconciler.PAGE)
                .withSecondaryToPrimaryMapper(
                    cluster -> topics.topics(ResourceID.fromResource(cluster)))
                .withOnUpdateFilter(LogTopicReconciler::matters)
                .build(),
            context);
    clusters = informer;
    return List.of(informer, topics, namespaces);
  }

  /** Most of what changes of a LogCluster is its status, and no concern of its topics. */
  private static boolean matters(LogCluster now, LogCluster before) {
    return now.isMarkedForDeletion() != before.isMarkedForDeletion()
        || !Objects.equals(
            now.getMetadata().getAnnotations(), before.getMetadata().getAnnotations());
  }

  @Override
  public UpdateControl<LogTopic> reconcile(LogTopic topic, Context<LogTopic> context) {
    if (context.isPrimaryResourceDeleted()) {
      return UpdateControl.noUpdate();
    }
    if (topic.getStatus() == null && !topic.isMarkedForDeletion()) {
      boolean written = writer.write(topic, statuses.first(topic), context);
      return UpdateControl.<LogTopic>noUpdate().rescheduleAfter(written ? AT_ONCE : SOON);
    }
    var informer = requireNonNull(clusters);
    var namespace = topic.getMetadata().getNamespace();
    var cluster = informer.get(new ResourceID(topic.getSpec().cluster(), namespace));
    var view = topics.of(ResourceID.fromResource(topic));
    // A source that is stopped has forgotten what it saw: then it looks as if nothing were there.
    if (!informer.isRunning() || !topics.isRunning()) {
      return UpdateControl.noUpdate();
    }
    boolean held = paused(topic) || cluster.filter(LogTopicReconciler::paused).isPresent();
    var decision = TopicDecision.of(new Situation(topic, standing(namespace, cluster), held, view));
    boolean tooLate = topic.isMarkedForDeletion() && decision.guarded();
    if (topic.hasFinalizer(Situation.FINALIZER) != decision.guarded() && !tooLate) {
      return guard(topic, decision.guarded());
    }
    return conclude(topic, decision, view, context);
  }

  private Cluster standing(String namespace, Optional<LogCluster> cluster) {
    if (namespaces.leaving(namespace)) {
      return Cluster.LEAVING;
    }
    return cluster
        .map(found -> found.isMarkedForDeletion() ? Cluster.LEAVING : Cluster.THERE)
        .orElse(Cluster.MISSING);
  }

  private static boolean paused(HasMetadata object) {
    return Annotations.asks(object, Observation.PAUSED);
  }

  /** The change comes back as an event, and brings the next pass. */
  private UpdateControl<LogTopic> guard(LogTopic topic, boolean guarded) {
    if (!finalizers.write(topic, guarded)) {
      return UpdateControl.<LogTopic>noUpdate().rescheduleAfter(SOON);
    }
    if (topic.isMarkedForDeletion()) {
      publish(topic, List.of(TopicStatuses.parting(topic.getStatus())));
    }
    return UpdateControl.noUpdate();
  }

  /** A namespace that goes takes no events any more. */
  private void publish(LogTopic topic, List<Edge> edges) {
    if (!namespaces.leaving(topic.getMetadata().getNamespace())) {
      events.publish(topic, edges);
    }
  }

  private UpdateControl<LogTopic> conclude(
      LogTopic topic, TopicDecision decision, TopicView view, Context<LogTopic> context) {
    var changed =
        decision
            .verdict()
            .map(verdict -> statuses.of(topic, verdict))
            .filter(status -> !status.equals(topic.getStatus()));
    if (changed.isPresent()) {
      if (!writer.write(topic, changed.get(), context)) {
        return UpdateControl.<LogTopic>noUpdate().rescheduleAfter(SOON);
      }
      publish(topic, TopicStatuses.between(topic.getStatus(), changed.get()));
    }
    topics.want(ResourceID.fromResource(topic), view, decision.action());
    // What has been announced is done in the next pass.
    return changed.isPresent() && decision.action().isEmpty()
        ? UpdateControl.<LogTopic>noUpdate().rescheduleAfter(AT_ONCE)
        : UpdateControl.noUpdate();
  }
}
