package dev.millrace.operator.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The resource types, as they are committed. */
public final class Crds {
  private static final Path FOLDER = Path.of("../crds/src/main/resources/crds");
  private static final int ESTABLISHED_SECONDS = 180;

  private Crds() {}

  /** Installs all of them; returns once the API server serves them. */
  public static void install(KubernetesClient admin) throws IOException {
    try (var files = Files.list(FOLDER)) {
      for (var file : files.filter(file -> file.toString().endsWith("dev.yaml")).toList()) {
        var crd = admin.load(Files.newInputStream(file)).items().getFirst();
        admin.resource(crd).fieldManager("test").forceConflicts().serverSideApply();
        admin
            .resource(crd)
            .waitUntilCondition(Crds::established, ESTABLISHED_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private static boolean established(HasMetadata crd) {
    return crd != null && Serialization.asJson(crd).contains("\"Established\"");
  }
}
