package dev.millrace.broker.replica;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The log end offsets of a leader's followers, as their fetches have told in this tenure. What has
 * not fetched yet counts as having nothing. Thread-safe.
 */
public final class FollowerEnds {
  private final Map<Integer, Long> ends = new ConcurrentHashMap<>();

  void put(int replica, long logEndOffset) {
    ends.put(replica, logEndOffset);
  }

  /** A follower's log end, or 0. */
  public long end(int replica) {
    return ends.getOrDefault(replica, 0L);
  }

  void retain(Set<Integer> replicas) {
    ends.keySet().retainAll(replicas);
  }
}
