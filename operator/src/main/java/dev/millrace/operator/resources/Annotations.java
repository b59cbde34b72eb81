package dev.millrace.operator.resources;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;

/** The annotations of objects and of templates; an object without any has no map of them. */
public final class Annotations {
  private Annotations() {}

  /** All of them. */
  public static Map<String, String> of(ObjectMeta meta) {
    return requireNonNullElse(meta.getAnnotations(), Map.of());
  }

  /** Whether the user asks for something by one: it is there and says {@code true}. */
  public static boolean asks(HasMetadata object, String annotation) {
    return "true".equals(of(object.getMetadata()).get(annotation));
  }
}
