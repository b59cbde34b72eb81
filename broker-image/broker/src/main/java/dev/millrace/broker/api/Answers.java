package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.security.authorizer.AclEntry;

/** What many handlers do with an answer. Pure functions. */
final class Answers {
  private Answers() {}

  /** Answers when the future is done, with its result or with the error that it ended in. */
  static void whenDone(RequestContext context, CompletableFuture<? extends ApiMessage> answer) {
    answer.whenComplete(
        (response, error) -> {
          if (error == null) {
            context.respond(response);
          } else {
            context.fail(cause(error));
          }
        });
  }

  /** What a future really failed with. */
  static Throwable cause(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The bit field of all operations that exist on a resource: nobody is denied any yet. */
  static int allOperations(ResourceType type) {
    Set<Byte> codes =
        AclEntry.supportedOperations(type).stream()
            .map(AclOperation::code)
            .collect(Collectors.toSet());
    return Utils.to32BitField(codes);
  }
}
