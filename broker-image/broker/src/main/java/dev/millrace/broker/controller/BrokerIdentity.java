package dev.millrace.broker.controller;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.VersionRange;

/**
 * Under what a broker registers. Immutable.
 *
 * @param nodeId the broker's id
 * @param clusterId of the cluster that it means to join; the controller refuses another one
 * @param incarnation drawn anew for each start of the process
 * @param listeners where it answers, as told to clients and brokers
 * @param rack for the placement of replicas
 * @param logDirs the ids of its log directories
 * @param previousEpoch the broker epoch of its last clean stop, if it has one
 */
public record BrokerIdentity(
    int nodeId,
    String clusterId,
    Uuid incarnation,
    List<AdvertisedListener> listeners,
    Optional<String> rack,
    List<Uuid> logDirs,
    OptionalLong previousEpoch) {
  /** One listener as it is advertised. */
  public record AdvertisedListener(
      String name, String host, int port, SecurityProtocol securityProtocol) {}

  public BrokerIdentity {
    listeners = List.copyOf(listeners);
    logDirs = List.copyOf(logDirs);
  }

  BrokerRegistrationRequestData registration() {
    var request =
        new BrokerRegistrationRequestData()
            .setBrokerId(nodeId)
            .setClusterId(clusterId)
            .setIncarnationId(incarnation)
            .setLogDirs(logDirs)
            .setPreviousBrokerEpoch(previousEpoch.orElse(-1));
    // A null rack is Kafka's way to say that there is none.
    rack.ifPresent(request::setRack);
    for (AdvertisedListener listener : listeners) {
      request
          .listeners()
          .add(
              new BrokerRegistrationRequestData.Listener()
                  .setName(listener.name())
                  .setHost(listener.host())
                  .setPort(listener.port())
                  .setSecurityProtocol(listener.securityProtocol().id));
    }
    for (Map.Entry<String, VersionRange> feature :
        QuorumFeatures.defaultSupportedFeatureMap(false).entrySet()) {
      request
          .features()
          .add(
              new BrokerRegistrationRequestData.Feature()
                  .setName(feature.getKey())
                  .setMinSupportedVersion(feature.getValue().min())
                  .setMaxSupportedVersion(feature.getValue().max()));
    }
    return request;
  }
}
