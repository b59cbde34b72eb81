package dev.millrace.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.operator.resources.Fingerprint;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whether an object is still what was wanted of it, without asking the API server. Two checks: the
 * fingerprint of the last applied wish, kept as an annotation, tells that a wish changed, one that
 * lost a field included; comparing the fields that the wish names tells that somebody changed the
 * object. What others own, and what the API server fills in, is not looked at.
 */
final class Drift {
  static final String WISH = "millrace.dev/applied";

  private Drift() {}

  /** Writes the fingerprint of a wish on it. */
  static <R extends HasMetadata> R marked(R wanted) {
    var annotations = new HashMap<String, String>();
    annotations.putAll(Optional.ofNullable(wanted.getMetadata().getAnnotations()).orElse(Map.of()));
    annotations.put(WISH, Fingerprint.ofObject(wanted));
    wanted.getMetadata().setAnnotations(annotations);
    return wanted;
  }

  /** Whether the object, as last seen, is what the marked wish says. */
  static boolean none(HasMetadata wanted, HasMetadata actual) {
    return covers(Fingerprint.tree(wanted), Fingerprint.tree(actual));
  }

  private static boolean covers(JsonNode wanted, JsonNode actual) {
    return switch (wanted.getNodeType()) {
      case OBJECT -> coversObject((ObjectNode) wanted, actual);
      case ARRAY -> coversArray(wanted, actual);
      case NULL, MISSING -> true;
      case STRING -> sameText(wanted.asText(), actual.asText());
      default -> wanted.equals(actual) || sameText(wanted.asText(), actual.asText());
    };
  }

  private static boolean coversObject(ObjectNode wanted, JsonNode actual) {
    for (var field : wanted.properties()) {
      var found = actual.path(field.getKey());
      boolean absent = found.isMissingNode() || found.isNull();
      if (absent ? !nothing(field.getValue()) : !covers(field.getValue(), found)) {
        return false;
      }
    }
    return true;
  }

  private static boolean coversArray(JsonNode wanted, JsonNode actual) {
    if (actual.size() != wanted.size()) {
      return false;
    }
    for (int i = 0; i < wanted.size(); i++) {
      if (!covers(wanted.get(i), actual.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The API server drops what is empty. */
  private static boolean nothing(JsonNode wanted) {
    return wanted.isNull()
        || (wanted.isContainerNode() && wanted.isEmpty())
        || (wanted.isBoolean() && !wanted.asBoolean());
  }

  /** The API server writes quantities its own way: 1024Mi comes back as 1Gi. */
  private static boolean sameText(String wanted, String actual) {
    return wanted.equals(actual)
        || amount(wanted)
            .flatMap(one -> amount(actual).map(other -> one.compareTo(other) == 0))
            .orElse(false);
  }

  private static Optional<BigDecimal> amount(String text) {
    if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
      return Optional.empty();
    }
    try {
      return Optional.of(Quantity.getAmountInBytes(Quantity.parse(text)));
    } catch (IllegalArgumentException | ArithmeticException notAQuantity) {
      return Optional.empty();
    }
  }
}
