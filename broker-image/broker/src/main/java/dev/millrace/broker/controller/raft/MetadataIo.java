package dev.millrace.broker.controller.raft;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.MetadataLog;
import dev.millrace.broker.controller.MetadataLog.CompactedException;
import dev.millrace.broker.controller.MetadataLog.ConflictException;
import dev.millrace.broker.controller.MetadataLog.Entry;
import dev.millrace.broker.controller.MetadataLog.SnapshotNeed;
import dev.millrace.broker.controller.MetadataLog.UnavailableException;
import dev.millrace.broker.controller.MetadataLog.UnknownOutcomeException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata I/O thread: follows the log, campaigns, appends as leader, writes snapshots. It
 * alone touches the {@link MetadataLog} and calls the listeners, so what they hear is in the log's
 * order.
 *
 * <p>One append is in flight at a time: two could leave a hole. An append whose outcome is unknown,
 * or that found the medium away, is repeated until it is settled; meanwhile this node goes on
 * leading, because nobody else can write either. A conflict means that it was deposed: it says so
 * to the listeners first (nobody, epoch + 1), which makes the controller revert, and only then
 * reads what the other one wrote.
 */
final class MetadataIo implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataIo.class);

  /** How long an idle loop waits; the medium wakes it earlier for what others append. */
  private static final long IDLE_MS = 200;

  private static final long RETRY_MS = 100;

  private final Endpoint self;
  private final MetadataLog log;
  private final BatchCodec codec;
  private final AppendQueue queue;
  private final ListenerFeed feed;
  private final SnapshotDesk snapshots;
  private final ClaimPace pace;
  private final LongSupplier clockMillis;
  private final Runnable onSnapshotWanted;
  private final Consumer<Throwable> onFatal;

  private final LogCursor cursor;
  private final StallLog stalls = new StallLog();
  private AppendQueue.@Nullable Group inFlight;

  private volatile Leadership leadership = Leadership.NONE;
  private volatile OptionalLong highWatermark = OptionalLong.empty();
  private final AtomicInteger resignedEpoch = new AtomicInteger(-1);
  private final AtomicReference<@Nullable DeadLeader> deadLeader = new AtomicReference<>();
  private volatile boolean retired;
  private volatile boolean stopping;

  /** Of this epoch, as others found. */
  private record DeadLeader(int nodeId, int epoch) {}

  MetadataIo(
      Endpoint self,
      MetadataLog log,
      BatchCodec codec,
      AppendQueue queue,
      ListenerFeed feed,
      SnapshotDesk snapshots,
      ClaimPace pace,
      LongSupplier clockMillis,
      Runnable onSnapshotWanted,
      Consumer<Throwable> onFatal) {
    this.self = self;
    this.log = log;
    this.codec = codec;
    this.queue = queue;
    this.feed = feed;
    this.snapshots = snapshots;
    this.pace = pace;
    this.clockMillis = clockMillis;
    this.onSnapshotWanted = onSnapshotWanted;
    this.onFatal = onFatal;
    this.cursor = new LogCursor(log, codec, feed, snapshots);
  }

  Leadership leadership() {
    return leadership;
  }

  OptionalLong highWatermark() {
    return highWatermark;
  }

  /** Ends the epoch if it is still this node's; any thread. */
  void resign(int epoch) {
    resignedEpoch.accumulateAndGet(epoch, Math::max);
    log.wakeup();
  }

  /** Any thread; see {@link LogRaftClient#claimAfter}. */
  void claimAfter(int deadNode, int epoch) {
    deadLeader.set(new DeadLeader(deadNode, epoch));
    log.wakeup();
  }

  /** Any thread; see {@link LogRaftClient#retire}. */
  void retire() {
    retired = true;
    log.wakeup();
  }

  /** Any thread. */
  void stop() {
    stopping = true;
    log.wakeup();
  }

  @Override
  public void run() {
    while (!stopping) {
      try {
        step();
        stalls.over();
      } catch (UnavailableException | UnknownOutcomeException e) {
        if (!pauseAfter(e)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException | Error e) {
        onFatal.accept(e);
        return;
      }
    }
    sayGoodbye();
  }

  private boolean pauseAfter(Exception e) {
    stalls.stalled(e, leadership.leading());
    try {
      log.awaitChange(RETRY_MS);
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void sayGoodbye() {
    try {
      if (leadership.leading()) {
        stepDown("stopping");
        log.releaseLease();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void step() throws UnavailableException, UnknownOutcomeException, InterruptedException {
    try {
      if (leadership.leading()) {
        leaderStep();
      } else {
        followerStep();
      }
    } catch (CompactedException e) {
      LOG.atInfo()
          .addKeyValue("reason", e.getMessage())
          .log("Fell behind the metadata log, reloading from the snapshot");
      // First the controller must know that it is standby: to an active one a snapshot is fatal.
      stepDown("fell behind the log");
      cursor.unload();
    }
  }

  // ---- following

  private void followerStep()
      throws UnavailableException, CompactedException, InterruptedException {
    catchUp();
    writeSnapshot();
    askForSnapshot();
    if (!retired && pace.mayClaim() && (inheritsLease() || log.tryLease())) {
      // The lease may have been free because its holder's last writes are not read yet.
      catchUp();
      claim();
    } else {
      log.awaitChange(IDLE_MS);
    }
  }

  /** Of several that find the leader dead, one gets its lease; only that one claims. */
  private boolean inheritsLease() throws UnavailableException, InterruptedException {
    DeadLeader dead = deadLeader.getAndSet(null);
    return dead != null
        && dead.epoch() == leadership.epoch()
        && leadership.leader().isPresent()
        && log.takeLease(dead.nodeId());
  }

  private void catchUp() throws UnavailableException, CompactedException, InterruptedException {
    if (!cursor.isLoaded()) {
      cursor.load();
      cursor.author().ifPresent(author -> follow(author.epoch(), author.writer()));
      vacateBelow(cursor.lastEpoch());
    }
    for (List<Entry> entries = log.readNext(); !entries.isEmpty(); entries = log.readNext()) {
      for (Entry entry : entries) {
        apply(entry);
      }
    }
    publishPosition();
    feed.leader(leadership.told());
  }

  /** Hands a committed entry on, and then the leadership that it tells of. */
  private void apply(Entry entry) {
    for (BatchCodec.BatchInfo batch : cursor.apply(entry)) {
      if (highWatermark.isPresent()) {
        publishPosition();
      }
      if (batch.newLeader().isPresent()) {
        follow(batch.epoch(), entry.writer());
      }
    }
  }

  private void publishPosition() {
    highWatermark = OptionalLong.of(cursor.position());
    queue.followTo(cursor.position());
  }

  private void follow(int epoch, Endpoint writer) {
    if (epoch < leadership.epoch()) {
      return;
    }
    // An epoch that an earlier life of this process, or a write given up, has started: over.
    leadership =
        writer.nodeId() == self.nodeId()
            ? leadership.vacate(epoch)
            : leadership.follow(epoch, writer);
    feed.leader(leadership.told());
  }

  private void vacateBelow(int epoch) {
    if (leadership.epoch() < epoch) {
      leadership = leadership.vacate(epoch);
    }
  }

  /** Winning the slot at the log's end with an epoch start is the election. */
  private void claim() throws UnavailableException, InterruptedException {
    long offset = cursor.position();
    int epoch = Math.max(cursor.lastEpoch() + 1, leadership.epoch());
    if (leadership.epoch() == epoch && leadership.leader().isPresent()) {
      epoch++;
    }
    var entry =
        new Entry(
            offset,
            offset + 1,
            self,
            codec.epochStart(offset, epoch, clockMillis.getAsLong(), self.nodeId()));
    pace.claimed();
    try {
      log.append(entry);
    } catch (ConflictException | UnknownOutcomeException e) {
      // If it landed after all, it is read back as an epoch that is over, and the next one is
      // claimed.
      pace.ended();
      LOG.atInfo().addKeyValue("epoch", epoch).addKeyValue("reason", e.getMessage()).log("Lost");
      return;
    }
    queue.open(epoch, offset + 1);
    cursor.apply(entry);
    highWatermark = OptionalLong.of(cursor.position());
    leadership = leadership.lead(epoch, self);
    LOG.atInfo().addKeyValue("epoch", epoch).addKeyValue("offset", offset).log("Leading");
    feed.leader(leadership.told());
  }

  // ---- leading

  private void leaderStep()
      throws UnavailableException,
          UnknownOutcomeException,
          CompactedException,
          InterruptedException {
    if (retired || resignedEpoch.get() >= leadership.epoch()) {
      stepDown(retired ? "retired" : "resigned");
      log.releaseLease();
      return;
    }
    writeSnapshot();
    askForSnapshot();
    if (!log.tryLease()) {
      stepDown("the lease is somebody else's");
      return;
    }
    if (inFlight == null) {
      inFlight = queue.take().orElse(null);
    }
    if (inFlight != null) {
      append(inFlight);
    } else if (!deposed()) {
      log.awaitChange(IDLE_MS);
    }
  }

  private void append(AppendQueue.Group group)
      throws UnavailableException, UnknownOutcomeException, InterruptedException {
    try {
      log.append(new Entry(group.baseOffset(), group.nextOffset(), self, group.bytes()));
    } catch (ConflictException e) {
      stepDown(String.valueOf(e.getMessage()));
      return;
    }
    inFlight = null;
    cursor.advance(group.nextOffset(), leadership.epoch());
    highWatermark = OptionalLong.of(group.nextOffset());
    feed.committed(group.batches());
  }

  /** A leader that has nothing to write still has to notice that another one wrote. */
  private boolean deposed() throws UnavailableException, CompactedException, InterruptedException {
    List<Entry> foreign = log.readNext();
    if (foreign.isEmpty()) {
      return false;
    }
    stepDown("another node has written");
    for (Entry entry : foreign) {
      apply(entry);
    }
    return true;
  }

  /** What is not in the log is forgotten, and the listeners hear of it before anything else. */
  private void stepDown(String reason) {
    if (!leadership.leading()) {
      return;
    }
    LOG.atInfo()
        .addKeyValue("epoch", leadership.epoch())
        .addKeyValue("reason", reason)
        .log("No longer leading");
    inFlight = null;
    queue.close(cursor.position());
    leadership = leadership.vacate(leadership.epoch() + 1);
    pace.ended();
    feed.leader(leadership.told());
  }

  // ---- snapshots

  private void askForSnapshot() {
    SnapshotNeed need = log.snapshotNeed();
    if (need == SnapshotNeed.NOW || (need == SnapshotNeed.SOON && leadership.leading())) {
      onSnapshotWanted.run();
    }
  }

  private void writeSnapshot() throws UnavailableException, InterruptedException {
    var waiting = snapshots.take();
    if (waiting.isEmpty()) {
      return;
    }
    try {
      log.writeSnapshot(waiting.get());
      snapshots.becameDurable(waiting.get().id());
    } catch (UnavailableException e) {
      snapshots.offer(waiting.get());
      throw e;
    }
  }
}
