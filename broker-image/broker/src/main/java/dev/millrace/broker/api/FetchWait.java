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
 * On the connection's event loop, but for the partitions' news, which come from anywhere and only
 * have it look again. While it waits it holds no slice.
 */
final class FetchWait implements FetchWaiter {
  private static final long TELL_AFTER_MS = 10;

  private final RequestContext context;
  private final FetchSession session;
  private final int epoch;
  private final FetchReader reader;
  private final FetchLimits limits;
  private final AtomicBoolean lookScheduled = new AtomicBoolean();
  private final AtomicBoolean answerScheduled = new AtomicBoolean();
  private @Nullable ScheduledFuture<?> timer;
  private boolean done;

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
    if (look(limits.maxWaitMs() <= 0)) {
      return;
    }
    reader.askedOnce();
    context.whenOthersWait(() -> look(true));
    timer =
        context.eventLoop().schedule(() -> look(true), limits.maxWaitMs(), TimeUnit.MILLISECONDS);
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

  /**
   * @param last whether to answer with whatever there is
   * @return whether it is answered
   */
  private boolean look(boolean last) {
    if (done) {
      return true;
    }
    FetchFound found = session.look(reader);
    if (!last && !session.isEmpty() && !found.urgent() && found.bytes() < limits.minBytes()) {
      found.release();
      return false;
    }
    answer(found);
    return true;
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
