package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.replica.fetch.FetchFound;
import dev.millrace.broker.replica.fetch.FetchSession;
import dev.millrace.broker.replica.fetch.FetchWaiter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * One fetch until it is answered: looks, and if there is not enough, waits for a high watermark to
 * move (for a follower, for an append), for another request behind it, or for the time to run out.
 * What there is but not in memory it has brought there by others, and looks again; if there is
 * nothing else, it waits for that even when the time has run out, for a client that was told that
 * there is nothing would only ask again. On the connection's event loop, but for the partitions'
 * news, which come from anywhere and only have it look again. While it waits it holds no slice.
 */
final class FetchWait implements FetchWaiter {
  private static final long TELL_AFTER_MS = 10;

  /**
   * What was brought into memory may be gone when it is looked for, where there is far too little
   * of it. Then somebody has to wait for the disk, or the fetch would never end.
   */
  private static final int LOADS_MOST = 3;

  private final RequestContext context;
  private final FetchSession session;
  private final int epoch;
  private final FetchReader reader;
  private final FetchLimits limits;
  private final AtomicBoolean lookScheduled = new AtomicBoolean();
  private final AtomicBoolean answerScheduled = new AtomicBoolean();
  private @Nullable ScheduledFuture<?> timer;
  private boolean done;
  private boolean timeIsUp;
  private boolean loading;
  private int loads;

  /**
   * @param epoch of the session, that this fetch is answered in
   */
  FetchWait(
      RequestContext context,
      FetchSession session,
      int epoch,
      FetchReader reader,
      FetchLimits limits) {
    this.context = context;
    this.session = session;
    this.epoch = epoch;
    this.reader = reader;
    this.limits = limits;
  }

  void start() {
    timeIsUp = limits.maxWaitMs() <= 0;
    if (look(false)) {
      return;
    }
    reader.askedOnce();
    context.whenOthersWait(this::timeIsUp);
    timer = context.eventLoop().schedule(this::timeIsUp, limits.maxWaitMs(), TimeUnit.MILLISECONDS);
    session.await(this);
    // What came between the first look and this was not told.
    look(false);
  }

  @Override
  public void lookSoon() {
    if (lookScheduled.compareAndSet(false, true)) {
      context
          .eventLoop()
          .execute(
              () -> {
                lookScheduled.set(false);
                look(false);
              });
    }
  }

  @Override
  public void tellSoon() {
    if (answerScheduled.compareAndSet(false, true)) {
      context.eventLoop().schedule(() -> look(true), TELL_AFTER_MS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void answerNow() {
    context.eventLoop().execute(() -> look(true));
  }

  private void timeIsUp() {
    timeIsUp = true;
    look(false);
  }

  /**
   * @param last whether to answer with whatever there is
   * @return whether it is answered
   */
  private boolean look(boolean last) {
    if (done) {
      return true;
    }
    reader.beginLook();
    FetchFound found = session.look(reader);
    if (reader.metCold() && !loading) {
      load();
    }
    if (last || isEnough(found)) {
      answer(found);
      return true;
    }
    found.release();
    return false;
  }

  private boolean isEnough(FetchFound found) {
    return session.isEmpty()
        || found.urgent()
        || found.bytes() >= limits.minBytes()
        || (timeIsUp && (found.bytes() > 0 || !loading));
  }

  private void load() {
    loading = true;
    reader.loadCold().whenComplete((nothing, failed) -> context.eventLoop().execute(this::loaded));
  }

  private void loaded() {
    loading = false;
    loads++;
    if (loads == LOADS_MOST) {
      reader.waitForDisk();
    }
    look(false);
  }

  private void answer(FetchFound found) {
    done = true;
    if (timer != null) {
      timer.cancel(false);
    }
    session.ceaseWaiting(this);
    try {
      FetchResponseData response = session.answer(found, epoch, reader.hintedNodes());
      if (response.errorCode() == Errors.NONE.code()) {
        reader.sent(found);
      }
      context.respond(response);
    } catch (RuntimeException e) {
      found.release();
      context.fail(e);
    }
  }
}
