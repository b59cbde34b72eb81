package dev.millrace.broker.replica;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicIdPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is told of a partition's appends and high watermark during one tenure of this broker. One
 * that fails fails neither the others nor what it was told of. Thread-safe; holds no lock while it
 * tells.
 */
final class TenureListeners {
  private static final Logger LOG = LoggerFactory.getLogger(TenureListeners.class);

  private final TopicIdPartition id;
  private final Set<HighWatermarkListener> ofWatermark = ConcurrentHashMap.newKeySet();
  private final Set<AppendListener> ofAppends = ConcurrentHashMap.newKeySet();

  TenureListeners(TopicIdPartition id) {
    this.id = id;
  }

  void add(HighWatermarkListener listener) {
    ofWatermark.add(listener);
  }

  void remove(HighWatermarkListener listener) {
    ofWatermark.remove(listener);
  }

  void add(AppendListener listener) {
    ofAppends.add(listener);
  }

  void remove(AppendListener listener) {
    ofAppends.remove(listener);
  }

  void advanced(long highWatermark) {
    for (HighWatermarkListener listener : ofWatermark) {
      tell(() -> listener.onHighWatermark(id.topicPartition(), highWatermark));
    }
  }

  void appended() {
    for (AppendListener listener : ofAppends) {
      tell(() -> listener.onAppend(id.topicPartition()));
    }
  }

  /** Tells all that it is over, and forgets them. */
  void endTenure() {
    for (HighWatermarkListener listener : ofWatermark) {
      ofWatermark.remove(listener);
      tell(() -> listener.onTenureEnded(id.topicPartition()));
    }
    for (AppendListener listener : ofAppends) {
      ofAppends.remove(listener);
      tell(() -> listener.onTenureEnded(id.topicPartition()));
    }
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("partition", id).setCause(e).log("A listener failed");
    }
  }
}
