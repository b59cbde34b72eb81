package dev.millrace.plugin.command;

import dev.millrace.plugin.cluster.BrokerDoor;
import dev.millrace.plugin.cluster.BrokerPods;
import dev.millrace.plugin.cluster.LogClusters;
import dev.millrace.plugin.cluster.Witnesses;
import dev.millrace.plugin.kube.HttpApi;

/**
 * An API server and a namespace, for as long as a command takes.
 *
 * @param api closed with the session
 */
record Session(HttpApi api, String namespace) implements AutoCloseable {
  LogClusters clusters() {
    return new LogClusters(api, namespace);
  }

  BrokerPods pods() {
    return new BrokerPods(api);
  }

  Witnesses witnesses() {
    return new Witnesses(new BrokerDoor(api, System::nanoTime));
  }

  @Override
  public void close() {
    api.close();
  }
}
