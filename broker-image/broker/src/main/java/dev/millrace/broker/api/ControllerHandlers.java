package dev.millrace.broker.api;

import dev.millrace.broker.controller.BrokerWatch;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Requests for the controller: answered by this broker's own where that is the active one, else
 * sent on (clients' requests) or refused with NOT_CONTROLLER (brokers' own).
 */
final class ControllerHandlers {
  private ControllerHandlers() {}

  /** What clients may ask of every broker. */
  static void serveClients(ApiTable.Builder table, ControllerCalls calls, Forwarder forwarder) {
    calls
        .rows()
        .forEach(
            (key, row) -> {
              if (row.forClients()) {
                serve(table, key, row.type(), orForward(calls, forwarder));
              }
            });
  }

  /** What brokers ask the active controller, and clients' requests in envelopes. */
  static void serveBrokers(ApiTable.Builder table, ControllerCalls calls, BrokerWatch watch) {
    calls
        .rows()
        .forEach(
            (key, row) -> {
              if (!row.forClients()) {
                serve(table, key, row.type(), orRefuse(calls, watch));
              }
            });
  }

  private static <T extends ApiMessage> void serve(
      ApiTable.Builder table, ApiKeys key, Class<T> type, RequestHandler<ApiMessage> handler) {
    table.serve(key, type, handler::handle);
  }

  private static RequestHandler<ApiMessage> orRefuse(ControllerCalls calls, BrokerWatch watch) {
    return (context, request) -> {
      if (request instanceof BrokerRegistrationRequestData registration) {
        watch.arriving(registration.brokerId(), registration.incarnationId());
      }
      Answers.whenDone(
          context,
          calls
              .call(context, request)
              .thenApply(
                  answer -> {
                    note(watch, context, request, answer);
                    return answer;
                  }));
    };
  }

  /** Over which connection a broker speaks: when it is closed, the broker may be dead. */
  private static void note(
      BrokerWatch watch, RequestContext context, ApiMessage request, ApiMessage answer) {
    if (request instanceof BrokerHeartbeatRequestData heartbeat) {
      watch.heard(heartbeat.brokerId(), heartbeat.brokerEpoch(), context.connectionClosed());
    } else if (request instanceof BrokerRegistrationRequestData registration
        && answer instanceof BrokerRegistrationResponseData registered) {
      watch.heard(registration.brokerId(), registered.brokerEpoch(), context.connectionClosed());
    }
  }

  private static RequestHandler<ApiMessage> orForward(ControllerCalls calls, Forwarder forwarder) {
    return (context, request) ->
        calls
            .call(context, request)
            .whenComplete(
                (answer, error) -> {
                  if (error == null) {
                    context.respond(answer);
                  } else if (Answers.cause(error) instanceof NotControllerException) {
                    Answers.whenDone(context, forwarder.forward(context, request));
                  } else {
                    context.fail(Answers.cause(error));
                  }
                });
  }
}
