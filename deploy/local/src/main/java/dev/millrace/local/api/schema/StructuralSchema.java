package dev.millrace.local.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schema of one version of a custom kind: what it drops, fills in and refuses. Safe on any
 * thread; the objects that it is given are changed in place.
 */
public final class StructuralSchema {
  private final JsonNode schema;
  private final CelRules rules = new CelRules();

  /**
   * @param schema an {@code openAPIV3Schema}
   */
  public StructuralSchema(JsonNode schema) {
    this.schema = schema;
  }

  public JsonNode tree() {
    return schema;
  }

  /** Drops unknown fields, gives their paths, and fills in defaults. */
  public List<String> admit(ObjectNode object) {
    List<String> unknown = Fields.prune(object, schema);
    Fields.dropNulls(object, schema);
    Fields.applyDefaults(object, schema);
    return unknown;
  }

  /** What is wrong with {@code object}; with {@code old}, also as its successor. */
  public List<Cause> validate(ObjectNode object, @Nullable ObjectNode old) {
    List<Cause> causes = new ArrayList<>();
    new Values(causes).check(object, schema, "");
    if (causes.isEmpty()) {
      rules.check(object, old, schema, "", causes);
    } else if (schema.findValue("x-kubernetes-validations") != null) {
      causes.add(
          new Cause(
              "FieldValueInvalid",
              "Invalid value: null: some validation rules were not checked because the object"
                  + " was invalid; correct the existing errors to complete validation",
              "<nil>"));
    }
    return causes;
  }

  /** The first rule that does not compile, with the reason; null where all do. */
  public @Nullable String fault() {
    return rules.fault(schema);
  }
}
