package dev.millrace.operator.topic;

import dev.millrace.crds.LogCluster;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where clusters listen, as their own reconciler saw it last: who works on topics needs no watch of
 * pods, and no names that a DNS would have to know. An event source of LogClusters only to forget
 * those that are deleted; it never asks for a reconciliation. Thread-safe.
 */
public final class ClusterDirectory
    extends AbstractEventSource<ClusterDirectory.Address, LogCluster>
    implements ResourceEventAware<LogCluster> {
  /**
   * Where a cluster listens.
   *
   * @param bootstrap of the brokers that are ready, {@code host:port} with commas; empty where none
   *     is
   * @param clusterId who is to answer there: addresses of pods are given to others in time
   */
  public record Address(String bootstrap, String clusterId) {}

  private final Map<ResourceID, Address> addresses = new ConcurrentHashMap<>();

  /** One that knows no cluster yet. */
  public ClusterDirectory() {
    super(Address.class, "directory");
  }

  /** Keeps it in mind. */
  public void put(ResourceID cluster, Address address) {
    addresses.put(cluster, address);
  }

  /** Empty where nobody has looked at the cluster yet. */
  public Optional<Address> find(ResourceID cluster) {
    return Optional.ofNullable(addresses.get(cluster));
  }

  @Override
  public Set<Address> getSecondaryResources(LogCluster cluster) {
    return find(ResourceID.fromResource(cluster)).map(Set::of).orElse(Set.of());
  }

  @Override
  public void onResourceDeleted(LogCluster cluster) {
    addresses.remove(ResourceID.fromResource(cluster));
  }
}
