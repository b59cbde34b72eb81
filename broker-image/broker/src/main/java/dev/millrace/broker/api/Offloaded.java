package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** For what may wait for the disk, which an event loop must not. */
final class Offloaded {
  private Offloaded() {}

  /** Has the request answered on the executor; refuses where that has no room left. */
  static void answer(RequestContext context, Executor io, Supplier<ApiMessage> work) {
    try {
      io.execute(
          () -> {
            ApiMessage response;
            try {
              response = work.get();
            } catch (RuntimeException e) {
              context.fail(e);
              return;
            }
            context.respond(response);
          });
    } catch (RejectedExecutionException e) {
      context.fail(Errors.REQUEST_TIMED_OUT.exception("too many requests wait for the disk"));
    }
  }
}
