package dev.millrace.broker.replica.fetch;

import dev.millrace.broker.replica.FetchListener;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.jspecify.annotations.Nullable;

/**
 * A partition in a session: what is asked of it, what was told of it, and whether it has news. Its
 * news come from any thread; all else is under the session's monitor.
 */
final class SessionPartition implements FetchListener {
  private static final long UNTOLD = -1;

  private final FetchSession session;
  private final AtomicBoolean hasNews = new AtomicBoolean();
  private TopicIdPartition id;
  private FetchRequest.PartitionData wanted;
  private long toldHighWatermark = UNTOLD;
  private long toldLogStart = UNTOLD;

  /** Whose news are told here. */
  private volatile @Nullable Partition listened;

  SessionPartition(FetchSession session, TopicIdPartition id, FetchRequest.PartitionData wanted) {
    this.session = session;
    this.id = id;
    this.wanted = wanted;
  }

  TopicIdPartition id() {
    return id;
  }

  FetchRequest.PartitionData wanted() {
    return wanted;
  }

  void want(FetchRequest.PartitionData now) {
    wanted = now;
  }

  /** A topic that was unknown when it was asked for may be known now. */
  void resolve(Map<Uuid, String> names) {
    if (id.topic() == null) {
      String name = names.get(id.topicId());
      if (name != null) {
        id = new TopicIdPartition(id.topicId(), new TopicPartition(name, id.partition()));
      }
    }
  }

  // ---- news

  /** Has its news told from now on, if it is here; to be called before it is read. */
  void listen(HostedPartitions hosted, boolean toLeader) {
    if (listened != null || id.topic() == null) {
      return;
    }
    Partition found = hosted.find(id.topicPartition()).orElse(null);
    if (found == null) {
      return;
    }
    listened = found; // before the listening: the end of the tenure takes it back
    try {
      found.addFetchListener(this, !toLeader);
    } catch (ApiException e) {
      listened = null; // it is neither led nor followed here, which the look will tell
    }
  }

  void ceaseListening() {
    Partition before = listened;
    if (before != null) {
      before.removeFetchListener(this);
      listened = null;
    }
  }

  /** Whether this is the first news since they were last taken. */
  boolean noteNews() {
    return hasNews.compareAndSet(false, true);
  }

  /** To be called before the partition is looked at: what comes after it is news again. */
  void takeNews() {
    hasNews.set(false);
  }

  @Override
  public void onAppend() {
    session.appended(this);
  }

  @Override
  public void onHighWatermark() {
    session.advanced(this);
  }

  @Override
  public void onChange() {
    session.changed(this);
  }

  @Override
  public void onTenureEnded() {
    listened = null;
    session.ended(this);
  }

  // ---- what was told

  /** Whether there is something in an answer that the other side does not know. */
  boolean isNew(PartitionAnswer answer) {
    PartitionData data = answer.data();
    return answer.bytes() > 0
        || answer.urgent()
        || data.highWatermark() != toldHighWatermark
        || data.logStartOffset() != toldLogStart;
  }

  void told(PartitionAnswer answer) {
    boolean error = answer.data().errorCode() != Errors.NONE.code();
    // After an error, all is told again.
    toldHighWatermark = error ? UNTOLD : answer.data().highWatermark();
    toldLogStart = error ? UNTOLD : answer.data().logStartOffset();
  }
}
