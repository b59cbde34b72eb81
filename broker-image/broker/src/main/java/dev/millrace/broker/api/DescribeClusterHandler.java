package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.BrokerRegistration;

/**
 * DescribeCluster: the brokers, as the asking listener names them, fenced ones on request. Reads an
 * immutable image; thread-safe.
 */
final class DescribeClusterHandler implements RequestHandler<DescribeClusterRequestData> {
  private final String clusterId;
  private final ClusterMetadata metadata;

  DescribeClusterHandler(ApiParts parts) {
    this.clusterId = parts.clusterId();
    this.metadata = parts.metadata();
  }

  @Override
  public void handle(RequestContext context, DescribeClusterRequestData request) {
    var response =
        new DescribeClusterResponseData()
            .setClusterId(clusterId)
            .setEndpointType(EndpointType.BROKER.id())
            .setControllerId(metadata.controllerId());
    if (request.endpointType() != EndpointType.BROKER.id()) {
      // Controllers are brokers here: there is no second kind of endpoint to ask.
      context.respond(
          response
              .setErrorCode(Errors.MISMATCHED_ENDPOINT_TYPE.code())
              .setErrorMessage("The request was sent to an endpoint of type BROKER"));
      return;
    }
    for (BrokerRegistration broker : metadata.image().cluster().brokers().values()) {
      if (!broker.fenced() || request.includeFencedBrokers()) {
        broker
            .node(context.listenerName())
            .ifPresent(
                node ->
                    response
                        .brokers()
                        .add(
                            new DescribeClusterBroker()
                                .setBrokerId(node.id())
                                .setHost(node.host())
                                .setPort(node.port())
                                .setRack(node.rack())
                                .setIsFenced(broker.fenced())));
      }
    }
    if (request.includeClusterAuthorizedOperations()) {
      response.setClusterAuthorizedOperations(Answers.allOperations(ResourceType.CLUSTER));
    }
    context.respond(response);
  }
}
