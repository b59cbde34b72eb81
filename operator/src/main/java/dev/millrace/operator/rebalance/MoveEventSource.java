package dev.millrace.operator.rebalance;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.rebalance.MoveState.Step;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves replicas of the clusters that have some to move, one virtual thread each, and asks for a
 * reconciliation when it is farther by something that a status shows. A cluster without a goal
 * costs nothing. Where very many have one, they take turns, so that not each has the memory of a
 * client at once: what has begun to move goes on by itself meanwhile.
 */
public final class MoveEventSource extends AbstractEventSource<MoveState, LogCluster>
    implements ResourceEventAware<LogCluster> {
  private static final Logger LOG = LoggerFactory.getLogger(MoveEventSource.class);

  /** What a user has to mend is looked at again so often. */
  private static final int BLOCKED_STEPS = 30;

  /** Clusters that are talked to at once, at most. */
  static final int AT_ONCE = 16;

  /** How many steps one of them takes before another one that waits gets its turn. */
  private static final int TURN = 10;

  /** How often a status tells of progress that is no more than progress. */
  private static final Duration TOLD = Duration.ofSeconds(5);

  private final ReplicaAdmin.Factory admins;
  private final Duration interval;
  private final Map<ResourceID, Work> works = new ConcurrentHashMap<>();
  private final Map<ResourceID, MoveState> states = new ConcurrentHashMap<>();
  private final Map<ResourceID, Map<Integer, Integer>> evened = new ConcurrentHashMap<>();
  private final Semaphore permits = new Semaphore(AT_ONCE, true);

  /**
   * A source that has nothing to do yet.
   *
   * @param interval between two steps
   */
  public MoveEventSource(ReplicaAdmin.Factory admins, Duration interval) {
    super(MoveState.class, "moves");
    this.admins = admins;
    this.interval = interval;
  }

  /** How far it was when last looked at, whether it still goes on or not. */
  public MoveState of(ResourceID cluster) {
    return states.getOrDefault(cluster, MoveState.NONE);
  }

  /** What brokers held when there was nothing left to move; empty if that was never so. */
  public Map<Integer, Integer> evened(ResourceID cluster) {
    return evened.getOrDefault(cluster, Map.of());
  }

  /** Keeps in mind that with these replicas by broker there is nothing to move. */
  public void evened(ResourceID cluster, Map<Integer, Integer> holdings) {
    evened.put(cluster, Map.copyOf(holdings));
  }

  /** What is wanted from now on; empty where nothing is to move. Returns at once. */
  public void want(ResourceID cluster, Optional<MoveGoal> goal) {
    if (goal.isEmpty()) {
      end(cluster);
    } else if (isRunning()) {
      var work = works.get(cluster);
      if (work == null) {
        begin(new Work(cluster, goal.get()));
      } else {
        work.goal(goal.get());
      }
    }
  }

  private void begin(Work work) {
    works.put(work.cluster, work);
    work.thread.start();
  }

  private void end(ResourceID cluster) {
    var work = works.remove(cluster);
    if (work != null) {
      work.thread.interrupt();
    }
    states.remove(cluster);
  }

  @Override
  public Set<MoveState> getSecondaryResources(LogCluster cluster) {
    return Set.of(of(ResourceID.fromResource(cluster)));
  }

  @Override
  public void onResourceCreated(LogCluster cluster) {
    // Moves nothing before a pass wants it.
  }

  @Override
  public void onResourceUpdated(LogCluster cluster, LogCluster before) {
    // The next pass says what is wanted.
  }

  @Override
  public void onResourceDeleted(LogCluster cluster) {
    end(ResourceID.fromResource(cluster));
    evened.remove(ResourceID.fromResource(cluster));
  }

  @Override
  public void stop() {
    super.stop();
    Set.copyOf(works.keySet()).forEach(this::end);
  }

  private void publish(Work work, MoveState state) {
    if (works.get(work.cluster) == work && work.tells(state)) {
      states.put(work.cluster, state);
      getEventHandler().handleEvent(new Event(work.cluster));
    }
  }

  /** The work on one cluster. */
  private final class Work {
    private final ResourceID cluster;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private volatile MoveGoal goal;
    private @Nullable Mover mover;
    private MoveState told = MoveState.NONE;
    private long toldAt = System.nanoTime();

    Work(ResourceID cluster, MoveGoal first) {
      this.cluster = cluster;
      this.goal = first;
      this.thread = Thread.ofVirtual().name("moves-" + cluster.getName()).unstarted(this::work);
    }

    void goal(MoveGoal next) {
      boolean same = next.equals(goal);
      goal = next;
      if (!same) {
        news.release();
      }
    }

    private void work() {
      try {
        while (!Thread.currentThread().isInterrupted()) {
          pause(takeTurn());
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    /** All begins anew after a failure: where the cluster listens may have changed. */
    private MoveState takeTurn() throws InterruptedException {
      permits.acquire();
      try (var admin = admins.open(goal.bootstrap())) {
        return converse(admin);
      } catch (RuntimeException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedException();
        }
        LOG.atWarn()
            .addKeyValue("cluster", cluster)
            .addKeyValue("reason", e.toString())
            .log("Cannot move replicas yet");
        mover = null;
        publish(this, told.withTrouble(String.valueOf(e.getMessage())));
        return told;
      } finally {
        permits.release();
      }
    }

    /** Goes on until there is nothing to do for a while, or others have waited long enough. */
    private MoveState converse(ReplicaAdmin admin) throws InterruptedException {
      var known = mover;
      var now = known == null ? new Mover(admin, System::nanoTime) : known.by(admin);
      mover = now;
      for (int step = 1; ; step++) {
        var state = now.step(goal);
        publish(this, state);
        if (waits(state) || (step >= TURN && permits.hasQueuedThreads())) {
          return state;
        }
        pause(state);
      }
    }

    private static boolean waits(MoveState state) {
      return state.obstacle().isPresent() || state.step() == Step.SETTLED;
    }

    private void pause(MoveState state) throws InterruptedException {
      var pause = waits(state) ? interval.multipliedBy(BLOCKED_STEPS) : interval;
      if (news.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        news.drainPermits();
      }
    }

    /** Progress is told now and then, all else at once. */
    private boolean tells(MoveState state) {
      boolean progress =
          state.step() == told.step()
              && state.leaving().equals(told.leaving())
              && state.obstacle().equals(told.obstacle())
              && state.trouble().isPresent() == told.trouble().isPresent()
              && state.partitions().all() == told.partitions().all();
      long now = System.nanoTime();
      if (state.equals(told) || (progress && now - toldAt < TOLD.toNanos())) {
        return false;
      }
      told = state;
      toldAt = now;
      return true;
    }
  }
}
