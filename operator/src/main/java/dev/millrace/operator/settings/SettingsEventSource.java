package dev.millrace.operator.settings;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.settings.SettingsWriter.RefusedException;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes settings of running clusters, one virtual thread for each that has some to change, and
 * asks for a reconciliation when that is done, was refused or had no answer. Then the cluster is
 * asked again a little later, for as long as a pass wants it. So that a change of all clusters does
 * not take the memory of a client for each, the others wait while some are talked to.
 */
public final class SettingsEventSource extends AbstractEventSource<Tuning, LogCluster>
    implements ResourceEventAware<LogCluster> {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsEventSource.class);
  private static final int PAUSES = 5;

  /** What was refused is asked for again after more of them: brokers may have come since. */
  private static final int REFUSED = 6;

  /** Clusters that are talked to at once, at most. */
  static final int AT_ONCE = 8;

  private final SettingsWriter writer;
  private final Duration pause;
  private final Duration retry;
  private final Map<ResourceID, Thread> works = new ConcurrentHashMap<>();
  private final Map<ResourceID, Tuning> ends = new ConcurrentHashMap<>();
  private final Set<ResourceID> due = ConcurrentHashMap.newKeySet();
  private final Semaphore permits = new Semaphore(AT_ONCE);

  /**
   * A source that has nothing to do yet.
   *
   * @param interval a fifth of the time until a cluster is asked again
   */
  public SettingsEventSource(SettingsWriter writer, Duration interval) {
    super(Tuning.class, "settings");
    this.writer = writer;
    this.pause = interval.multipliedBy(PAUSES);
    this.retry = pause.multipliedBy(REFUSED);
  }

  /**
   * Has a cluster's settings be as wanted; returns at once.
   *
   * @param bootstrap where it listens; nothing is begun while that is empty
   * @param before what is noted as written
   * @return how far that is
   */
  public Tuning want(
      ResourceID cluster,
      String bootstrap,
      SortedMap<String, String> wanted,
      SortedMap<String, String> before) {
    var end = ends.get(cluster);
    if (end != null && end.wanted().equals(wanted)) {
      return !bootstrap.isEmpty() && due.remove(cluster)
          ? asking(cluster, bootstrap, end, end)
          : end;
    }
    // What has been written since may not have been noted yet.
    var tuning = new Tuning(wanted, end == null ? before : end.written());
    return tuning.underWay() ? asking(cluster, bootstrap, end, tuning) : tuning;
  }

  /** Begins unless it is at work, or has come to another end since, of which an event tells. */
  private Tuning asking(
      ResourceID cluster, String bootstrap, @Nullable Tuning before, Tuning tuning) {
    if (!bootstrap.isEmpty() && isRunning()) {
      works.compute(
          cluster,
          (id, work) ->
              work == null && Objects.equals(before, ends.get(id))
                  ? begin(id, bootstrap, tuning)
                  : work);
    }
    return tuning;
  }

  private Thread begin(ResourceID cluster, String bootstrap, Tuning tuning) {
    return Thread.ofVirtual()
        .name("settings-" + cluster.getName())
        .start(() -> work(cluster, bootstrap, tuning));
  }

  private void work(ResourceID cluster, String bootstrap, Tuning tuning) {
    try {
      var end = outcome(cluster, bootstrap, tuning);
      if (Thread.interrupted()) {
        // Nobody wants to know any more.
        return;
      }
      ends.put(cluster, end);
      works.remove(cluster, Thread.currentThread());
      getEventHandler().handleEvent(new Event(cluster));
      if (!end.pending().isEmpty()) {
        Thread.sleep(end.refusal().isPresent() ? retry : pause);
        again(cluster, end);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      works.remove(cluster, Thread.currentThread());
    }
  }

  /** Has a cluster asked once more, unless something else has become of it. */
  private void again(ResourceID cluster, Tuning end) {
    if (isRunning() && end.equals(ends.get(cluster))) {
      due.add(cluster);
      getEventHandler().handleEvent(new Event(cluster));
    }
  }

  private Tuning outcome(ResourceID cluster, String bootstrap, Tuning tuning)
      throws InterruptedException {
    var set = new HashMap<>(tuning.wanted());
    set.keySet().retainAll(tuning.pending());
    Set<String> gone =
        tuning.written().keySet().stream()
            .filter(name -> !tuning.wanted().containsKey(name))
            .collect(Collectors.toSet());
    permits.acquire();
    try {
      writer.write(bootstrap, set, gone);
      LOG.atInfo()
          .addKeyValue("cluster", cluster)
          .addKeyValue("settings", tuning.pending())
          .log("Changed settings of running brokers");
      return tuning.done();
    } catch (RefusedException e) {
      return tuning.refused(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("cluster", cluster)
          .addKeyValue("reason", String.valueOf(e.getMessage()))
          .log("Cannot change settings yet");
      return tuning.troubled(String.valueOf(e.getMessage()));
    } finally {
      permits.release();
    }
  }

  @Override
  public Set<Tuning> getSecondaryResources(LogCluster cluster) {
    return Optional.ofNullable(ends.get(ResourceID.fromResource(cluster))).stream()
        .collect(Collectors.toSet());
  }

  @Override
  public void onResourceCreated(LogCluster cluster) {
    // The first pass says what is wanted.
  }

  @Override
  public void onResourceUpdated(LogCluster cluster, LogCluster before) {
    // The next pass says what is wanted.
  }

  @Override
  public void onResourceDeleted(LogCluster cluster) {
    end(ResourceID.fromResource(cluster));
  }

  private void end(ResourceID cluster) {
    var work = works.remove(cluster);
    if (work != null) {
      work.interrupt();
    }
    ends.remove(cluster);
    due.remove(cluster);
  }

  @Override
  public void stop() {
    super.stop();
    Set.copyOf(works.keySet()).forEach(this::end);
  }
}
