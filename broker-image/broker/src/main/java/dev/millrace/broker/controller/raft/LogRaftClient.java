package dev.millrace.broker.controller.raft;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.MetadataLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotWriter;

/**
 * Kafka's Raft client as its controller and metadata loader know it, with a {@link MetadataLog} in
 * the place of the quorum. Listeners register before {@link #start()}. Thread-safe; no call blocks
 * on the medium, callbacks come from one I/O thread.
 *
 * <p>An operation whose append was overtaken, or whose outcome stays unknown when this node is
 * deposed, fails as "not controller" though it may be in the log: callers retry, as with Kafka.
 */
public final class LogRaftClient implements RaftClient<ApiMessageAndVersion> {
  private final Endpoint self;
  private final MetadataLog log;
  private final AppendQueue queue;
  private final ListenerFeed feed;
  private final SnapshotDesk snapshots;
  private final MetadataIo io;
  private final Thread thread;

  /**
   * @param log owned by this client from now on; it closes it
   * @param onSnapshotWanted called on the I/O thread, often while the want lasts; must not block
   * @param onFatal told of what no retry can cure; the I/O thread has ended then
   */
  public LogRaftClient(
      Endpoint self,
      MetadataLog log,
      Time time,
      RandomGenerator random,
      Runnable onSnapshotWanted,
      Consumer<Throwable> onFatal) {
    this.self = self;
    this.log = log;
    var codec = new BatchCodec();
    this.queue = new AppendQueue(codec, log.maxEntryBytes(), time::milliseconds);
    this.feed = new ListenerFeed(codec);
    this.snapshots = new SnapshotDesk(log::wakeup);
    this.io =
        new MetadataIo(
            self,
            log,
            codec,
            queue,
            feed,
            snapshots,
            new ClaimPace(time::nanoseconds, random),
            time::milliseconds,
            onSnapshotWanted,
            onFatal);
    this.thread = Thread.ofPlatform().name("metadata-io-" + self.nodeId()).daemon().unstarted(io);
  }

  public void start() {
    thread.start();
  }

  /** Where the active controller answers, as the followed log tells. */
  public Optional<Endpoint> leader() {
    return io.leadership().leader();
  }

  @Override
  public void register(Listener<ApiMessageAndVersion> listener) {
    if (thread.getState() != Thread.State.NEW) {
      throw new IllegalStateException("listeners register before the start");
    }
    feed.add(listener);
  }

  @Override
  public void unregister(Listener<ApiMessageAndVersion> listener) {
    feed.remove(listener);
  }

  @Override
  public OptionalLong highWatermark() {
    return io.highWatermark();
  }

  @Override
  public LeaderAndEpoch leaderAndEpoch() {
    return io.leadership().told();
  }

  @Override
  public OptionalInt nodeId() {
    return OptionalInt.of(self.nodeId());
  }

  @Override
  public Optional<Node> voterNode(int id, ListenerName listenerName) {
    return Optional.empty();
  }

  @Override
  public long prepareAppend(int epoch, List<ApiMessageAndVersion> records) {
    return queue.prepare(epoch, records);
  }

  @Override
  public void schedulePreparedAppend() {
    queue.schedule();
    log.wakeup();
  }

  @Override
  public CompletableFuture<Void> shutdown(int timeoutMs) {
    feed.beginShutdown();
    return CompletableFuture.runAsync(
        () -> {
          try {
            stop(timeoutMs);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Override
  public void resign(int epoch) {
    if (epoch > io.leadership().epoch()) {
      throw new IllegalArgumentException("cannot resign from epoch " + epoch + " in the future");
    }
    io.resign(epoch);
  }

  /**
   * Claims leadership after a leader that is known to be dead; without effect if this node has read
   * of a later epoch by then.
   */
  public void claimAfter(Endpoint dead, int epoch) {
    io.claimAfter(dead.nodeId(), epoch);
  }

  /** Gives leadership up if it has it, and claims it no more; the log is still followed. */
  public void retire() {
    io.retire();
  }

  @Override
  public Optional<SnapshotWriter<ApiMessageAndVersion>> createSnapshot(
      OffsetAndEpoch id, long lastContainedLogTimestamp) {
    long end = io.highWatermark().orElse(0);
    if (id.offset() > end) {
      throw new IllegalArgumentException("snapshot " + id + " is above the high watermark " + end);
    }
    return snapshots.create(id, lastContainedLogTimestamp);
  }

  @Override
  public Optional<OffsetAndEpoch> latestSnapshotId() {
    return snapshots.latestDurable();
  }

  @Override
  public long logEndOffset() {
    return queue.end();
  }

  @Override
  public KRaftVersion kraftVersion() {
    return KRaftVersion.KRAFT_VERSION_0;
  }

  @Override
  public void upgradeKRaftVersion(int epoch, KRaftVersion version, boolean validateOnly) {
    throw new UnsupportedVersionException("there are no raft voters here");
  }

  /** Gives leadership up if it has it, waits some seconds for that, and closes the log. */
  @Override
  public void close() {
    try {
      stop(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.close();
  }

  private void stop(long timeoutMs) throws InterruptedException {
    io.stop();
    if (!thread.join(Duration.ofMillis(timeoutMs))) {
      thread.interrupt();
    }
  }
}
