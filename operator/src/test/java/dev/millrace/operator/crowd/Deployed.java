package dev.millrace.operator.crowd;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How the operator is deployed, as the files say that a user applies. */
final class Deployed {
  private static final Path ROOT = Path.of("..");
  private static final Path DEPLOYMENT = ROOT.resolve("deploy/operator/deployment.yaml");
  private static final Path IMAGE = ROOT.resolve("broker-image/image/pom.xml");
  private static final Pattern OPERATOR =
      Pattern.compile("<id>operator</id>(.*?)</execution>", Pattern.DOTALL);
  private static final Pattern OPTION = Pattern.compile("<argument>--jvm-option=(.*?)</argument>");

  private final Deployment deployment;

  Deployed() {
    deployment = Serialization.unmarshal(read(DEPLOYMENT), Deployment.class);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Container container() {
    return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
  }

  String namespace() {
    return deployment.getMetadata().getNamespace();
  }

  String account() {
    return deployment.getSpec().getTemplate().getSpec().getServiceAccountName();
  }

  /** The memory limit, as written. */
  String memory() {
    return String.valueOf(container().getResources().getLimits().get("memory"));
  }

  /** Variables that are given as they are. */
  Map<String, String> environment() {
    return container().getEnv().stream()
        .filter(variable -> variable.getValue() != null)
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  /** The options of the JVM that its image has beside those of the environment. */
  static List<String> imageOptions() {
    var operator = OPERATOR.matcher(read(IMAGE));
    if (!operator.find()) {
      throw new IllegalStateException("No image of an operator in " + IMAGE);
    }
    return OPTION.matcher(operator.group(1)).results().map(found -> found.group(1)).toList();
  }

  /** Files of the rights that it gets in its own namespace, and in each that it watches. */
  static List<Path> ownRights() {
    return List.of(
        ROOT.resolve("deploy/operator/namespace.yaml"),
        ROOT.resolve("deploy/operator/serviceaccount.yaml"),
        ROOT.resolve("deploy/operator/election.yaml"));
  }

  static List<Path> watchRights() {
    return List.of(
        ROOT.resolve("deploy/watch/base/role.yaml"),
        ROOT.resolve("deploy/watch/base/rolebinding.yaml"));
  }
}
