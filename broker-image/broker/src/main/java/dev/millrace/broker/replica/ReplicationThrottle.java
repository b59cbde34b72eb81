package dev.millrace.broker.replica;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.config.ReplicationQuotaManagerConfig;
import org.apache.kafka.server.quota.QuotaType;
import org.apache.kafka.server.quota.ReplicationQuotaManager;

/**
 * How much of the throttled replicas may be copied a second, as one side of the copying counts it:
 * what a leader sends, or what a follower takes. Counted in Kafka's own way, over a window of some
 * seconds: what is asked for is never cut short, so one answer may go beyond the rate, and the next
 * waits for it.
 *
 * <p>Thread-safe. Where nothing is throttled, asking is one volatile read.
 */
public final class ReplicationThrottle {
  private final ReplicationQuotaManager quota;

  // Metadata thread only.
  private final Set<String> topics = new HashSet<>();
  private boolean hasRate;

  private volatile boolean inForce;

  /**
   * @param window {@code replication.quota.window.num} samples of {@code
   *     replication.quota.window.size.seconds}
   */
  ReplicationThrottle(ReplicationQuotaManagerConfig window, QuotaType side, Time time) {
    quota = new ReplicationQuotaManager(window, new Metrics(time), side, time);
  }

  /**
   * Whether a replica of the partition that is not in sync has to wait now. What is in sync never
   * does: producers wait for it.
   */
  public boolean isExhausted(TopicPartition partition) {
    return inForce && quota.isThrottled(partition) && quota.isQuotaExceeded();
  }

  /** Counts what was copied, of replicas in sync as well. */
  public void copied(TopicPartition partition, int bytes) {
    if (inForce && bytes > 0 && quota.isThrottled(partition)) {
      quota.record(bytes);
    }
  }

  /** Whether anything is throttled at all: if not, there is nothing to count. */
  public boolean isInForce() {
    return inForce;
  }

  // ---- the metadata thread

  /**
   * @param bytesPerSecond {@link Long#MAX_VALUE} for no bound
   */
  void setRate(long bytesPerSecond) {
    hasRate = bytesPerSecond != Long.MAX_VALUE;
    quota.updateQuota(Quota.upperBound(bytesPerSecond));
    inForce = hasRate && !topics.isEmpty();
  }

  /**
   * @param partitions those that are throttled, or {@link ReplicationQuotaManager#ALL_REPLICAS};
   *     empty for none
   */
  void setThrottled(String topic, List<Integer> partitions) {
    if (partitions.isEmpty()) {
      topics.remove(topic);
      quota.removeThrottle(topic);
    } else {
      topics.add(topic);
      quota.markThrottled(topic, partitions);
    }
    inForce = hasRate && !topics.isEmpty();
  }
}
