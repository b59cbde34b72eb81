package dev.millrace.operator.health;

import dev.millrace.crds.LogCluster;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the health of every cluster, one virtual thread each, and asks for a reconciliation only
 * when something changed that a status shows. A reconciliation reads the last answers and never
 * waits for a broker.
 */
public final class HealthEventSource extends AbstractEventSource<ClusterHealth, LogCluster>
    implements ResourceEventAware<LogCluster> {
  private static final Logger LOG = LoggerFactory.getLogger(HealthEventSource.class);

  /** So often a cluster with ready brokers may be silent at first, before that is news. */
  private static final int SILENT_POLLS = 3;

  /**
   * Clusters that are asked after at once, at most: the others wait before their questions have a
   * time to be answered in, so that a machine with little to spare asks less often and not in vain.
   */
  private static final int AT_ONCE = 64;

  /** So many clusters are asked after in an interval; of more, each is asked after less often. */
  private static final int IN_AN_INTERVAL = 250;

  private final Function<ResourceID, List<PodView>> pods;
  private final Duration interval;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          // Its own would have a thread for each answer of a moment.
          .executor(task -> Thread.ofVirtual().name("health-http").start(task))
          .build();
  private final Map<ResourceID, ClusterHealth> latest = new ConcurrentHashMap<>();
  private final Map<ResourceID, Thread> followers = new ConcurrentHashMap<>();
  private final Set<ResourceID> clusters = ConcurrentHashMap.newKeySet();
  private final Semaphore permits = new Semaphore(AT_ONCE);

  /**
   * A source that finds a cluster's pods by the function, which must not block.
   *
   * @param interval from the start of one poll of a cluster to that of the next, where there are
   *     not too many
   */
  public HealthEventSource(Function<ResourceID, List<PodView>> pods, Duration interval) {
    super(ClusterHealth.class, "health");
    this.pods = pods;
    this.interval = interval;
  }

  /** Whether its brokers have been asked, and have answered or been silent for a while. */
  public boolean asked(ResourceID cluster) {
    return latest.containsKey(cluster);
  }

  /** What is known of a cluster now. */
  public ClusterHealth of(ResourceID cluster) {
    return latest.getOrDefault(cluster, ClusterHealth.UNKNOWN);
  }

  @Override
  public Set<ClusterHealth> getSecondaryResources(LogCluster cluster) {
    return Set.of(of(ResourceID.fromResource(cluster)));
  }

  /**
   * Clusters are seen before pods can be found: who came so early is followed from now on. They are
   * not to be asked after all in the same moment, of this interval and of each that follows.
   */
  @Override
  public void start() {
    super.start();
    clusters.forEach(id -> begin(id, share(interval())));
  }

  @Override
  public void onResourceCreated(LogCluster cluster) {
    var id = ResourceID.fromResource(cluster);
    clusters.add(id);
    if (isRunning()) {
      begin(id, Duration.ZERO);
    }
  }

  /** How many clusters it asks after. */
  int following() {
    return followers.size();
  }

  private void begin(ResourceID cluster, Duration first) {
    followers.computeIfAbsent(
        cluster,
        id -> Thread.ofVirtual().name("health-" + id.getName()).start(() -> follow(id, first)));
  }

  @Override
  public void onResourceUpdated(LogCluster cluster, LogCluster before) {
    // Which pods there are is asked anew in each poll.
  }

  @Override
  public void onResourceDeleted(LogCluster cluster) {
    var id = ResourceID.fromResource(cluster);
    clusters.remove(id);
    var follower = followers.remove(id);
    if (follower != null) {
      follower.interrupt();
    }
    latest.remove(id);
  }

  @Override
  public void stop() {
    super.stop();
    followers.values().forEach(Thread::interrupt);
    followers.clear();
    http.shutdownNow();
  }

  private void follow(ResourceID id, Duration first) {
    pause(first);
    var poller = new HealthPoller(http, HealthPoller.TIMEOUT, HealthPoller.EARLY, System::nanoTime);
    int polls = 0;
    while (!Thread.currentThread().isInterrupted()) {
      long started = System.nanoTime();
      try {
        var seen = pods.apply(id);
        var health = poll(poller, id, seen);
        boolean tells =
            health.cluster().isPresent()
                || ++polls > SILENT_POLLS
                || seen.stream().noneMatch(PodView::ready);
        if (tells) {
          publish(id, health);
        }
      } catch (RuntimeException e) {
        if (!isRunning()) {
          return;
        }
        LOG.atWarn().addKeyValue("cluster", id).setCause(e).log("Cannot follow a cluster's health");
      }
      pause(interval().minusNanos(System.nanoTime() - started));
    }
  }

  private ClusterHealth poll(HealthPoller poller, ResourceID id, List<PodView> seen) {
    permits.acquireUninterruptibly();
    try {
      return poller.poll(seen, early -> publish(id, early));
    } finally {
      permits.release();
    }
  }

  private void publish(ResourceID id, ClusterHealth health) {
    if (followers.containsKey(id) && !health.equals(latest.put(id, health))) {
      getEventHandler().handleEvent(new Event(id));
    }
  }

  private Duration interval() {
    return interval.multipliedBy(Math.max(1, Math.ceilDiv(clusters.size(), IN_AN_INTERVAL)));
  }

  private static Duration share(Duration interval) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(interval.toNanos()) + 1);
  }

  /** The time that a dead broker was waited for is not added to the pause. */
  private static void pause(Duration left) {
    try {
      if (left.isPositive()) {
        Thread.sleep(left);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
