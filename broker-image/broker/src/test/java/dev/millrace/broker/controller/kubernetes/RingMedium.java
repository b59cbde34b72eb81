package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.Faults;
import dev.millrace.broker.controller.MetadataLog;
import dev.millrace.broker.controller.MetadataLogContract;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A ring of its own on some API.
 *
 * @param apis gives each node its own access, closed with the node's ring
 */
record RingMedium(Supplier<KubeApi> apis, String name, String clusterId, Duration lease)
    implements MetadataLogContract.Medium {

  static final String NAMESPACE = "default";

  /** One with quick leases. */
  static RingMedium create(
      Supplier<KubeApi> operator, Supplier<KubeApi> brokers, String name, int slots)
      throws Exception {
    return create(operator, brokers, name, slots, MetadataLogContract.QUICK);
  }

  /** Makes the MetadataLog as the operator would. */
  static RingMedium create(
      Supplier<KubeApi> operator, Supplier<KubeApi> brokers, String name, int slots, Duration lease)
      throws Exception {
    String clusterId = "cluster-of-" + name;
    ObjectNode log = JsonNodeFactory.instance.objectNode();
    log.put("apiVersion", RingLayout.API_VERSION).put("kind", "MetadataLog");
    log.putObject("metadata").put("name", name).put("namespace", NAMESPACE);
    log.putObject("spec").put("clusterId", clusterId).put("slots", slots);
    try (KubeApi api = operator.get()) {
      api.create("/apis/millrace.dev/v1beta1/namespaces/" + NAMESPACE + "/metadatalogs", log);
    }
    return new RingMedium(brokers, name, clusterId, lease);
  }

  RingSettings settings(Endpoint self) {
    return new RingSettings(NAMESPACE, name, self, lease, Duration.ofMillis(500));
  }

  @Override
  public MetadataLog open(Endpoint self, Faults faults) throws InterruptedException {
    return KubernetesRing.open(
        new FaultyKubeApi(apis.get(), faults, self.nodeId()), settings(self));
  }

  @Override
  public void close() {}
}
