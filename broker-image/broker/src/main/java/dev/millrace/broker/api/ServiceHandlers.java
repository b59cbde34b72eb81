package dev.millrace.broker.api;

import dev.millrace.broker.controller.ProducerIds;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** All handlers that move no records: what clients, and what other brokers, may ask. Stateless. */
public final class ServiceHandlers {
  private ServiceHandlers() {}

  /** Adds what is served on every listener. */
  public static void serveClients(ApiTable.Builder table, ApiParts parts) {
    var ids = new ProducerIds(parts.channel(), parts.nodeId(), parts.brokerEpoch());
    table
        .serve(ApiKeys.METADATA, MetadataRequestData.class, new MetadataHandler(parts))
        .serve(
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
            DescribeTopicPartitionsRequestData.class,
            new DescribeTopicPartitionsHandler(parts))
        .serve(
            ApiKeys.DESCRIBE_CLUSTER,
            DescribeClusterRequestData.class,
            new DescribeClusterHandler(parts))
        .serve(
            ApiKeys.DESCRIBE_CONFIGS,
            DescribeConfigsRequestData.class,
            new DescribeConfigsHandler(parts))
        .serve(
            ApiKeys.INIT_PRODUCER_ID,
            InitProducerIdRequestData.class,
            new InitProducerIdHandler(ids));
    GroupHandlers.serve(table, parts);
    ControllerHandlers.serveClients(table, calls(parts), new Forwarder(parts.channel()));
  }

  /** Adds what brokers ask each other; for the internal listener only. */
  public static void serveBrokers(ApiTable.Builder table, ApiParts parts) {
    ControllerHandlers.serveBrokers(table, calls(parts), parts.watch());
    table.serve(ApiKeys.ENVELOPE, EnvelopeRequestData.class, new EnvelopeHandler(calls(parts)));
  }

  private static ControllerCalls calls(ApiParts parts) {
    return new ControllerCalls(
        parts.controller(),
        new ReplicationDefaults(parts.metadata(), parts.configured()),
        parts.time());
  }
}
