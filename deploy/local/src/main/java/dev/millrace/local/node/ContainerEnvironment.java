package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A container's environment: plain values, the downward API, and references among them. Pure. */
final class ContainerEnvironment {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\((\\w+)\\)");
  private static final Pattern KEYED =
      Pattern.compile("metadata\\.(labels|annotations)\\['(.+)'\\]");

  private ContainerEnvironment() {}

  static Map<String, String> of(
      Pod pod, Container container, String podIp, Map<String, String> base, PathMap paths) {
    Map<String, String> environment = new LinkedHashMap<>(base);
    for (EnvVar variable : container.getEnv()) {
      String value =
          variable.getValueFrom() == null
              ? expand(Objects.toString(variable.getValue(), ""), environment)
              : lookUp(variable.getValueFrom(), pod, container, podIp);
      environment.put(variable.getName(), paths.translate(value));
    }
    return environment;
  }

  /** Replaces {@code $(NAME)}; what is not known stays as it is. */
  static String expand(String text, Map<String, String> environment) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(environment.getOrDefault(found.group(1), found.group())));
  }

  private static String lookUp(EnvVarSource source, Pod pod, Container container, String podIp) {
    if (source.getFieldRef() != null) {
      return field(source.getFieldRef().getFieldPath(), pod, podIp);
    }
    if (source.getResourceFieldRef() != null) {
      String[] path = source.getResourceFieldRef().getResource().split("\\.", 2);
      Map<String, Quantity> amounts =
          path[0].equals("limits")
              ? container.getResources().getLimits()
              : container.getResources().getRequests();
      Quantity amount = amounts == null ? null : amounts.get(path[1]);
      return amount == null ? "0" : amount.getNumericalAmount().toBigInteger().toString();
    }
    throw new IllegalArgumentException("unsupported source of an environment variable: " + source);
  }

  /** A field of a pod by its path, as the downward API has it. */
  static String field(String path, Pod pod, String podIp) {
    var meta = pod.getMetadata();
    Matcher keyed = KEYED.matcher(path);
    if (keyed.matches()) {
      Map<String, String> map =
          keyed.group(1).equals("labels") ? meta.getLabels() : meta.getAnnotations();
      return map == null ? "" : map.getOrDefault(keyed.group(2), "");
    }
    return switch (path) {
      case "metadata.name" -> meta.getName();
      case "metadata.namespace" -> meta.getNamespace();
      case "metadata.uid" -> meta.getUid();
      case "spec.nodeName" -> pod.getSpec().getNodeName();
      case "spec.serviceAccountName" -> pod.getSpec().getServiceAccountName();
      case "status.podIP", "status.podIPs" -> podIp;
      case "status.hostIP", "status.hostIPs" -> "127.0.0.1";
      default -> throw new IllegalArgumentException("unsupported field of a pod: " + path);
    };
  }
}
