package dev.millrace.operator.resources;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;

/** The Service that names each broker, and the one at which clients begin. */
final class BrokerServices {
  private BrokerServices() {}

  /** Names pods before they are ready: brokers must find each other to become it. */
  static Service headless(Wanted wanted) {
    var names = wanted.names();
    return new ServiceBuilder()
        .withMetadata(wanted.metadata(names.headlessService()))
        .withNewSpec()
        .withType("ClusterIP")
        .withClusterIP("None")
        .withPublishNotReadyAddresses(true)
        .withSelector(names.selector())
        .withPorts(
            port("client", ClusterNames.CLIENT_PORT),
            port("internal", ClusterNames.INTERNAL_PORT),
            port("health", ClusterNames.HEALTH_PORT))
        .endSpec()
        .build();
  }

  static Service bootstrap(Wanted wanted) {
    var names = wanted.names();
    return new ServiceBuilder()
        .withMetadata(wanted.metadata(names.bootstrapService()))
        .withNewSpec()
        .withType("ClusterIP")
        .withSelector(names.selector())
        .withPorts(port("client", ClusterNames.CLIENT_PORT))
        .endSpec()
        .build();
  }

  private static ServicePort port(String name, int port) {
    return new ServicePortBuilder()
        .withName(name)
        .withProtocol("TCP")
        .withPort(port)
        .withTargetPort(new IntOrString(name))
        .build();
  }
}
