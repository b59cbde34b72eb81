package dev.millrace.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/** What users ask for by annotations. */
final class Annotations {
  private Annotations() {}

  /** Whether the annotation is there and says {@code true}. */
  static boolean asks(HasMetadata object, String annotation) {
    return Optional.ofNullable(object.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(annotation))
        .filter("true"::equals)
        .isPresent();
  }
}
