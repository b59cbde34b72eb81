package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** For what may wait for the disk, which an event loop must not. */
final class Offloaded {
  private Offloaded() {}

  /** Has the request answered on the executor; refuses where that has no room left. */
  static void answer(RequestContext context, Executor io, Supplier<ApiMessage> work) {
    run(context, io, work, context::respond);
  }

  /**
   * The same where there is more to do before the answer.
   *
   * @param next takes what the work gave, on the executor, and sees to the answer
   */
  static <T> void run(
      RequestContext context, Executor io, Supplier<T> work, Consumer<? super T> next) {
    try {
      io.execute(
          () -> {
            T done;
            try {
              done = work.get();
            } catch (RuntimeException e) {
              context.fail(e);
              return;
            }
            next.accept(done);
          });
    } catch (RejectedExecutionException e) {
      context.fail(Errors.REQUEST_TIMED_OUT.exception("too many requests wait for the disk"));
    }
  }
}
