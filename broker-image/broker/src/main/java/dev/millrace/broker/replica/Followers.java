package dev.millrace.broker.replica;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The progress of a leader's followers in one tenure. Thread-safe. */
public final class Followers {
  private static final FollowerProgress UNHEARD = FollowerProgress.none(0);

  private final Map<Integer, FollowerProgress> progress = new ConcurrentHashMap<>();

  /**
   * At the start of a tenure those in sync get the benefit of the doubt, for as long as any lag.
   */
  static Followers of(Set<Integer> inSync, long nowMs) {
    Followers followers = new Followers();
    inSync.forEach(id -> followers.progress.put(id, FollowerProgress.none(nowMs)));
    return followers;
  }

  FollowerProgress get(int replica) {
    return progress.getOrDefault(replica, UNHEARD);
  }

  FollowerProgress update(int replica, UnaryOperator<FollowerProgress> change) {
    return progress.merge(
        replica, change.apply(UNHEARD), (before, fromNothing) -> change.apply(before));
  }

  void retain(Set<Integer> replicas) {
    progress.keySet().retainAll(replicas);
  }

  /** A follower's log end as of its last fetch, or -1. */
  public long end(int replica) {
    return get(replica).logEndOffset();
  }
}
