package dev.millrace.operator.topic;

import dev.millrace.crds.LogTopic;
import dev.millrace.operator.topic.TopicView.Unasked;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Follows the topics that LogTopics are about, one virtual thread for each cluster that has some,
 * all topics of a cluster in one look, and does there what is wanted. Asks for a reconciliation
 * when something changed; a reconciliation reads what was seen last and never waits for a broker.
 */
public final class TopicEventSource extends AbstractEventSource<TopicView, LogTopic>
    implements ResourceEventAware<LogTopic> {
  private static final TopicView UNASKED = new Unasked();

  /**
   * A LogTopic's claim to a topic: the oldest has it.
   *
   * @param created as Kubernetes writes times, which sort as text
   */
  record Claim(ResourceID id, String uid, ResourceID cluster, String topic, String created) {
    private static final Comparator<Claim> OLDEST =
        Comparator.comparing(Claim::created).thenComparing(claim -> claim.id().getName());

    static Claim of(LogTopic topic) {
      var meta = topic.getMetadata();
      return new Claim(
          ResourceID.fromResource(topic),
          meta.getUid(),
          new ResourceID(topic.getSpec().cluster(), meta.getNamespace()),
          LogTopic.topic(topic),
          meta.getCreationTimestamp());
    }
  }

  private final TopicAdmin.Factory admins;
  private final ClusterDirectory directory;
  private final Duration interval;
  private final Map<ResourceID, Claim> claims = new ConcurrentHashMap<>();
  private final Map<ResourceID, TopicView> views = new ConcurrentHashMap<>();
  private final Map<ResourceID, ClusterTopics> works = new HashMap<>();

  /**
   * A source that follows nothing yet.
   *
   * @param interval between two looks at a cluster's topics
   */
  public TopicEventSource(
      TopicAdmin.Factory admins, ClusterDirectory directory, Duration interval) {
    super(TopicView.class, "topics");
    this.admins = admins;
    this.directory = directory;
    this.interval = interval;
  }

  /** What was seen last. */
  public TopicView of(ResourceID topic) {
    return views.getOrDefault(topic, UNASKED);
  }

  /** The LogTopics of a cluster. */
  public Set<ResourceID> topics(ResourceID cluster) {
    return claims.values().stream()
        .filter(claim -> claim.cluster().equals(cluster))
        .map(Claim::id)
        .collect(Collectors.toSet());
  }

  /**
   * What is to be done from now on, if anything; returns at once. It is dropped if something else
   * was seen in the meantime than what it was decided from: then it is decided anew.
   *
   * @param basis what it was decided from
   */
  public synchronized void want(ResourceID topic, TopicView basis, Optional<TopicAction> action) {
    Optional.ofNullable(claims.get(topic))
        .map(claim -> works.get(claim.cluster()))
        .ifPresent(work -> work.want(topic, basis, action));
  }

  @Override
  public Set<TopicView> getSecondaryResources(LogTopic topic) {
    return Set.of(of(ResourceID.fromResource(topic)));
  }

  /** LogTopics are seen before this starts: who came so early is followed from now on. */
  @Override
  public synchronized void start() {
    super.start();
    claims.values().forEach(this::begin);
  }

  @Override
  public synchronized void stop() {
    super.stop();
    works.values().forEach(ClusterTopics::end);
    works.clear();
  }

  @Override
  public synchronized void onResourceCreated(LogTopic topic) {
    var claim = Claim.of(topic);
    var before = claims.put(claim.id(), claim);
    if (before != null && !before.uid().equals(claim.uid())) {
      forget(before);
    }
    if (isRunning() && !claim.equals(before)) {
      begin(claim);
    }
  }

  @Override
  public void onResourceUpdated(LogTopic topic, LogTopic before) {
    // Deleted and made anew while nobody watched, it comes as an update.
    onResourceCreated(topic);
  }

  @Override
  public synchronized void onResourceDeleted(LogTopic topic) {
    var claim = claims.remove(ResourceID.fromResource(topic));
    if (claim != null) {
      forget(claim);
    }
  }

  private void begin(Claim claim) {
    works
        .computeIfAbsent(
            claim.cluster(),
            cluster -> {
              var work = new ClusterTopics(cluster, this, admins, directory, interval);
              work.begin();
              return work;
            })
        .wake();
  }

  private void forget(Claim claim) {
    views.remove(claim.id());
    var work = works.get(claim.cluster());
    if (work == null) {
      return;
    }
    work.forget(claim.id());
    if (topics(claim.cluster()).isEmpty()) {
      works.remove(claim.cluster());
      work.end();
    } else {
      work.wake();
    }
  }

  /** How many clusters are looked at. */
  synchronized int following() {
    return works.size();
  }

  /** The claims to each topic of a cluster, the one that has it first. */
  Map<String, List<Claim>> claims(ResourceID cluster) {
    return claims.values().stream()
        .filter(claim -> claim.cluster().equals(cluster))
        .sorted(Claim.OLDEST)
        .collect(Collectors.groupingBy(Claim::topic));
  }

  void publish(Claim claim, TopicView view) {
    if (keep(claim, view)) {
      getEventHandler().handleEvent(new Event(claim.id()));
    }
  }

  /** What is equal to what was seen before stays the same object: it may be a basis. */
  private synchronized boolean keep(Claim claim, TopicView view) {
    boolean news =
        isRunning() && claim.equals(claims.get(claim.id())) && !view.equals(views.get(claim.id()));
    if (news) {
      views.put(claim.id(), view);
    }
    return news;
  }
}
