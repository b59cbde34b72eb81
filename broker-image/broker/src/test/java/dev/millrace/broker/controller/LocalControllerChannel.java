package dev.millrace.broker.controller;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.jspecify.annotations.Nullable;

/** Calls the active controller of this process, with no network between. */
public final class LocalControllerChannel implements ControllerChannel {
  private static final short NEWEST = 4;

  private final Supplier<@Nullable Controller> active;

  public LocalControllerChannel(Supplier<@Nullable Controller> active) {
    this.active = active;
  }

  public static ControllerRequestContext context() {
    return new ControllerRequestContext(
        new RequestHeaderData().setRequestApiVersion(NEWEST),
        KafkaPrincipal.ANONYMOUS,
        OptionalLong.empty());
  }

  @Override
  @SuppressWarnings("unchecked") // The caller names the response that belongs to its request.
  public <R extends ApiMessage> CompletableFuture<R> send(ApiMessage request) {
    Controller controller = active.get();
    if (controller == null) {
      return CompletableFuture.failedFuture(new NotControllerException("there is none"));
    }
    try {
      return (CompletableFuture<R>) dispatch(controller, request);
    } catch (ApiException notActive) {
      return CompletableFuture.failedFuture(notActive);
    }
  }

  private static CompletableFuture<? extends ApiMessage> dispatch(
      Controller controller, ApiMessage request) {
    return switch (request) {
      case BrokerRegistrationRequestData registration ->
          controller
              .registerBroker(context(), registration)
              .handle(
                  (reply, failure) ->
                      failure == null
                          ? new BrokerRegistrationResponseData().setBrokerEpoch(reply.epoch())
                          : new BrokerRegistrationResponseData().setErrorCode(code(failure)));
      case BrokerHeartbeatRequestData heartbeat ->
          controller
              .processBrokerHeartbeat(context(), heartbeat)
              .handle(
                  (reply, failure) ->
                      failure == null
                          ? new BrokerHeartbeatResponseData()
                              .setIsFenced(reply.isFenced())
                              .setIsCaughtUp(reply.isCaughtUp())
                              .setShouldShutDown(reply.shouldShutDown())
                          : new BrokerHeartbeatResponseData().setErrorCode(code(failure)));
      case AllocateProducerIdsRequestData allocation ->
          controller.allocateProducerIds(context(), allocation);
      case AlterPartitionRequestData change -> controller.alterPartition(context(), change);
      case AssignReplicasToDirsRequestData told -> controller.assignReplicasToDirs(context(), told);
      default -> throw new IllegalArgumentException("not a request to a controller: " + request);
    };
  }

  private static short code(Throwable failure) {
    return Errors.forException(failure).code();
  }
}
