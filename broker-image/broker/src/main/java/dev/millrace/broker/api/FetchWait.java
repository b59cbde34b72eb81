package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.replica.AppendListener;
import dev.millrace.broker.replica.HighWatermarkListener;
import dev.millrace.broker.replica.Partition;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.FetchContext;
import org.jspecify.annotations.Nullable;

/**
 * One fetch until it is answered: looks, and if there is not enough, waits for a high watermark to
 * move (for a follower, for an append), for another request behind it, or for the time to run out.
 * On the connection's event loop, but for the partitions' news, which come from anywhere and only
 * have it look again. While it waits it holds no slice.
 */
final class FetchWait implements HighWatermarkListener, AppendListener {
  private static final long TELL_AFTER_MS = 10;

  private final RequestContext context;
  private final FetchContext session;
  private final FetchReader reader;
  private final FetchLimits limits;
  private final List<Partition> watched = new ArrayList<>(0);
  private final AtomicBoolean lookScheduled = new AtomicBoolean();
  private final AtomicBoolean answerScheduled = new AtomicBoolean();
  private @Nullable ScheduledFuture<?> timer;
  private boolean done;

  FetchWait(RequestContext context, FetchContext session, FetchReader reader, FetchLimits limits) {
    this.context = context;
    this.session = session;
    this.reader = reader;
    this.limits = limits;
  }

  void start() {
    if (look(true, limits.maxWaitMs() <= 0)) {
      return;
    }
    context.whenOthersWait(() -> look(false, true));
    timer =
        context
            .eventLoop()
            .schedule(() -> look(false, true), limits.maxWaitMs(), TimeUnit.MILLISECONDS);
    session.foreachPartition((id, wanted) -> watch(reader.partition(id)));
    // What came between the first look and the registration was not told.
    look(false, false);
  }

  private void watch(@Nullable Partition partition) {
    if (partition == null) {
      return;
    }
    try {
      watched.add(partition);
      if (!reader.forFollower()) {
        partition.addReadListener(this);
      } else {
        partition.addAppendListener(this);
        if (reader.tellsHighWatermarks()) {
          partition.addListener(this);
        }
      }
    } catch (RuntimeException e) {
      // It is no longer led here, which the next look finds and answers.
    }
  }

  @Override
  public void onHighWatermark(TopicPartition partition, long highWatermark) {
    if (!reader.forFollower()) {
      lookSoon();
    } else if (answerScheduled.compareAndSet(false, true)) {
      // There is nothing to copy, but to tell; together with what is committed in the next moment.
      context.eventLoop().schedule(() -> look(false, true), TELL_AFTER_MS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void onAppend(TopicPartition partition) {
    lookSoon();
  }

  @Override
  public void onTenureEnded(TopicPartition partition) {
    // Nothing more is told of this one, whatever this broker is to it now.
    context.eventLoop().execute(() -> look(false, true));
  }

  private void lookSoon() {
    if (lookScheduled.compareAndSet(false, true)) {
      context
          .eventLoop()
          .execute(
              () -> {
                lookScheduled.set(false);
                look(false, false);
              });
    }
  }

  /**
   * @param first whether it is the first look
   * @param last whether to answer with whatever there is
   * @return whether it is answered
   */
  private boolean look(boolean first, boolean last) {
    if (done) {
      return true;
    }
    FetchFound found = new FetchFound();
    session.foreachPartition((id, wanted) -> reader.read(id, wanted, found, first));
    boolean nothingAsked = found.partitions().isEmpty();
    if (!last && !nothingAsked && !found.urgent() && found.bytes() < limits.minBytes()) {
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
    for (Partition partition : watched) {
      partition.removeListener(this);
      partition.removeAppendListener(this);
    }
    try {
      FetchResponseData response =
          session.updateAndGenerateResponseData(found.partitions(), reader.hintedNodes()).data();
      if (response.errorCode() != Errors.NONE.code()) {
        // The session is gone: the response says that and has none of the records.
        found.release();
      }
      context.respond(response);
    } catch (RuntimeException e) {
      found.release();
      context.fail(e);
    }
  }
}
