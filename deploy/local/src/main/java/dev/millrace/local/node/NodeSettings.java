package dev.millrace.local.node;

import java.nio.file.Path;
import java.util.Map;

/**
 * How the local node runs pods.
 *
 * @param name the node's
 * @param data where volumes, pods' directories and logs are kept
 * @param programs what runs in place of images
 * @param apiHost where containers find the API
 * @param certificate the API's, as PEM
 * @param baseEnvironment what every container gets
 */
public record NodeSettings(
    String name,
    Path data,
    Programs programs,
    String apiHost,
    int apiPort,
    Path certificate,
    Map<String, String> baseEnvironment) {

  Path volumes() {
    return data.resolve("volumes");
  }

  Path podDirectory(String namespace, String pod) {
    return data.resolve("pods").resolve(namespace + "_" + pod);
  }

  /** Where a pod's output goes. */
  public Path log(String namespace, String pod) {
    return data.resolve("logs").resolve(namespace + "_" + pod + ".log");
  }
}
