package dev.millrace.broker.replica;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.TopicIdPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is told of a partition's news during one tenure of this broker. One that fails fails neither
 * the others nor what it was told of. Thread-safe; holds no lock while it tells.
 */
final class TenureListeners {
  private static final Logger LOG = LoggerFactory.getLogger(TenureListeners.class);

  private final TopicIdPartition id;
  private final Set<HighWatermarkListener> ofWatermark = ConcurrentHashMap.newKeySet();

  /** Seldom changed and often told: sessions stay. In a fixed order, for the simulator. */
  private final List<FetchListener> ofAll = new CopyOnWriteArrayList<>();

  TenureListeners(TopicIdPartition id) {
    this.id = id;
  }

  void add(HighWatermarkListener listener) {
    ofWatermark.add(listener);
  }

  void remove(HighWatermarkListener listener) {
    ofWatermark.remove(listener);
  }

  void add(FetchListener listener) {
    ofAll.add(listener);
  }

  void remove(FetchListener listener) {
    ofAll.remove(listener);
  }

  void advanced(long highWatermark) {
    for (HighWatermarkListener listener : ofWatermark) {
      tell(() -> listener.onHighWatermark(id.topicPartition(), highWatermark));
    }
    for (FetchListener listener : ofAll) {
      tell(listener::onHighWatermark);
    }
  }

  void appended() {
    for (FetchListener listener : ofAll) {
      tell(listener::onAppend);
    }
  }

  void changed() {
    for (FetchListener listener : ofAll) {
      tell(listener::onChange);
    }
  }

  /** Tells all that it is over, and forgets them. */
  void endTenure() {
    for (HighWatermarkListener listener : ofWatermark) {
      ofWatermark.remove(listener);
      tell(() -> listener.onTenureEnded(id.topicPartition()));
    }
    for (FetchListener listener : ofAll) {
      ofAll.remove(listener);
      tell(listener::onTenureEnded);
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
