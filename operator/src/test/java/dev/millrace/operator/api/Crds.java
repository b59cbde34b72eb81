package dev.millrace.operator.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    return crd instanceof CustomResourceDefinition made
        && Optional.ofNullable(made.getStatus())
            .map(status -> status.getConditions())
            .orElse(List.of())
            .stream()
            .anyMatch(now -> now.getType().equals("Established") && now.getStatus().equals("True"));
  }
}
