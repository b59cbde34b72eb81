package dev.millrace.broker.api;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/**
 * What the controller answers, by API key: what clients ask of any broker and is sent on to the
 * active controller, and what brokers ask the active controller themselves. Immutable, thread-safe.
 */
final class ControllerCalls {
  /**
   * One call.
   *
   * @param timeoutMs how long the caller means to wait, from its request
   * @param forClients whether any client may ask for it, over any broker
   */
  record Row<T extends ApiMessage>(
      Class<T> type, ToIntFunction<T> timeoutMs, boolean forClients, ControllerCall<T> call) {}

  /** For requests that don't say how long they wait: as long as Kafka's clients do. */
  private static final int DEFAULT_TIMEOUT_MS = 30_000;

  private final Time time;
  private final Map<ApiKeys, Row<?>> rows = new EnumMap<>(ApiKeys.class);

  ControllerCalls(Controller controller, ReplicationDefaults defaults, Time time) {
    this.time = time;
    var topics = new TopicCalls(controller, defaults);
    var configs = new ConfigCalls(controller);
    client(
        ApiKeys.CREATE_TOPICS,
        CreateTopicsRequestData.class,
        CreateTopicsRequestData::timeoutMs,
        topics::create);
    client(
        ApiKeys.DELETE_TOPICS,
        DeleteTopicsRequestData.class,
        DeleteTopicsRequestData::timeoutMs,
        topics::delete);
    client(
        ApiKeys.CREATE_PARTITIONS,
        CreatePartitionsRequestData.class,
        CreatePartitionsRequestData::timeoutMs,
        topics::grow);
    client(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        IncrementalAlterConfigsRequestData.class,
        request -> DEFAULT_TIMEOUT_MS,
        configs::alter);
    client(
        ApiKeys.ELECT_LEADERS,
        ElectLeadersRequestData.class,
        ElectLeadersRequestData::timeoutMs,
        controller::electLeaders);
    client(
        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
        ListPartitionReassignmentsRequestData.class,
        ListPartitionReassignmentsRequestData::timeoutMs,
        controller::listPartitionReassignments);
    client(
        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
        AlterPartitionReassignmentsRequestData.class,
        AlterPartitionReassignmentsRequestData::timeoutMs,
        controller::alterPartitionReassignments);
    client(
        ApiKeys.UPDATE_FEATURES,
        UpdateFeaturesRequestData.class,
        UpdateFeaturesRequestData::timeoutMs,
        controller::updateFeatures);
    client(
        ApiKeys.UNREGISTER_BROKER,
        UnregisterBrokerRequestData.class,
        request -> DEFAULT_TIMEOUT_MS,
        (context, request) ->
            controller
                .unregisterBroker(context, request.brokerId())
                .thenApply(done -> new UnregisterBrokerResponseData()));
    brokers(controller);
  }

  private void brokers(Controller controller) {
    broker(
        ApiKeys.BROKER_REGISTRATION,
        BrokerRegistrationRequestData.class,
        (context, request) ->
            controller
                .registerBroker(context, request)
                .thenApply(
                    reply -> new BrokerRegistrationResponseData().setBrokerEpoch(reply.epoch())));
    broker(
        ApiKeys.BROKER_HEARTBEAT,
        BrokerHeartbeatRequestData.class,
        (context, request) ->
            controller
                .processBrokerHeartbeat(context, request)
                .thenApply(
                    reply ->
                        new BrokerHeartbeatResponseData()
                            .setIsCaughtUp(reply.isCaughtUp())
                            .setIsFenced(reply.isFenced())
                            .setShouldShutDown(reply.shouldShutDown())));
    broker(ApiKeys.ALTER_PARTITION, AlterPartitionRequestData.class, controller::alterPartition);
    broker(
        ApiKeys.ALLOCATE_PRODUCER_IDS,
        AllocateProducerIdsRequestData.class,
        controller::allocateProducerIds);
    broker(
        ApiKeys.ASSIGN_REPLICAS_TO_DIRS,
        AssignReplicasToDirsRequestData.class,
        controller::assignReplicasToDirs);
  }

  private <T extends ApiMessage> void client(
      ApiKeys key, Class<T> type, ToIntFunction<T> timeoutMs, ControllerCall<T> call) {
    rows.put(key, new Row<>(type, timeoutMs, true, call));
  }

  private <T extends ApiMessage> void broker(ApiKeys key, Class<T> type, ControllerCall<T> call) {
    rows.put(key, new Row<>(type, request -> DEFAULT_TIMEOUT_MS, false, call));
  }

  Map<ApiKeys, Row<?>> rows() {
    return rows;
  }

  /** Calls this broker's own controller in the name of whoever asked. */
  CompletableFuture<? extends ApiMessage> call(
      AuthorizableRequestContext caller, ApiMessage request) {
    Row<?> row = rows.get(ApiKeys.forId(request.apiKey()));
    if (row == null) {
      return CompletableFuture.failedFuture(
          new UnsupportedVersionException("The controller does not serve this request"));
    }
    return call(row, caller, request);
  }

  /** Whether a broker may send this on for a client that asked it. */
  boolean forClients(ApiKeys key) {
    Row<?> row = rows.get(key);
    return row != null && row.forClients();
  }

  private <T extends ApiMessage> CompletableFuture<? extends ApiMessage> call(
      Row<T> row, AuthorizableRequestContext caller, ApiMessage request) {
    T typed = row.type().cast(request);
    int timeoutMs = row.timeoutMs().applyAsInt(typed);
    OptionalLong deadline = ControllerRequestContext.requestTimeoutMsToDeadlineNs(time, timeoutMs);
    return row.call().call(new ControllerRequestContext(caller, deadline), typed);
  }
}
