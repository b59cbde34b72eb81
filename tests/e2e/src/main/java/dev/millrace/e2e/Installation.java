package dev.millrace.e2e;

import dev.millrace.launch.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Puts what this checkout built on a cluster, as the installation guide says.
 *
 * @param checkout built with {@code -Pimage}
 * @param cluster that runs
 * @param kubectl of that cluster
 */
public record Installation(Checkout checkout, TestCluster cluster, Kubectl kubectl) {

  /**
   * An archive that {@code -Pimage} wrote.
   *
   * @throws IllegalStateException if it did not
   */
  public Path archive(String name) {
    Path archive = checkout.root().resolve("broker-image/image/target/" + name + ".tar");
    if (!Files.isRegularFile(archive)) {
      throw new IllegalStateException(
          "no " + archive + ": run mvn package -Pimage -DskipTests first");
    }
    return archive;
  }

  /** Puts broker and operator on every node. */
  public void loadImages() {
    cluster.load(archive("broker"));
    cluster.load(archive("operator"));
  }

  /** Installs resource types and operator, and waits until it is available. */
  public void install() {
    kubectl.run("apply", "-k", checkout.root().resolve("deploy").toString());
    kubectl.run(
        "wait", "--for=condition=Established", "crd/logclusters.millrace.dev", "--timeout=1m");
    kubectl.run(
        "-n", "millrace", "rollout", "status", "deployment/millrace-operator", "--timeout=4m");
  }
}
