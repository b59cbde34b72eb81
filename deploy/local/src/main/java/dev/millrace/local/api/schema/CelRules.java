package dev.millrace.local.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.millrace.local.api.ApiException.Cause;
import dev.millrace.local.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates {@code x-kubernetes-validations}. Rules are compiled when first met and kept; rules
 * about {@code oldSelf} run only where there is an old value. Safe on any thread. Unlike
 * kube-apiserver it types {@code self} dynamically and has no cost limit.
 */
final class CelRules {
  private static final Pattern TRANSITION = Pattern.compile("\\boldSelf\\b");

  private final Cel cel = environment();
  private final Map<String, CelRuntime.Program> programs = new ConcurrentHashMap<>();

  /** Names the first expression of {@code schema} that does not compile; null where all do. */
  @Nullable String fault(JsonNode schema) {
    for (JsonNode rule : schema.findValues("x-kubernetes-validations")) {
      for (JsonNode each : Json.items(rule)) {
        for (String field : List.of("rule", "messageExpression")) {
          try {
            if (each.has(field)) {
              program(each.get(field).asText());
            }
          } catch (CelValidationException | CelEvaluationException e) {
            return each.get(field).asText() + ": " + e.getMessage();
          }
        }
      }
    }
    return null;
  }

  /** Checks {@code value} and all under it. */
  void check(
      JsonNode value, @Nullable JsonNode old, JsonNode schema, String path, List<Cause> causes) {
    for (JsonNode rule : Json.items(schema.path("x-kubernetes-validations"))) {
      apply(rule, value, old, schema, path, causes);
    }
    if (value.isObject()) {
      for (var field : value.properties()) {
        JsonNode property = Json.at(schema, "properties", field.getKey());
        JsonNode of = property.isMissingNode() ? schema.path("additionalProperties") : property;
        String at = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
        check(field.getValue(), old == null ? null : old.get(field.getKey()), of, at, causes);
      }
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        int before = old == null ? -1 : Values.correlated(value.get(i), old, schema);
        check(
            value.get(i),
            before < 0 || old == null ? null : old.get(before),
            schema.path("items"),
            path + "[" + i + "]",
            causes);
      }
    }
  }

  private void apply(
      JsonNode rule,
      JsonNode value,
      @Nullable JsonNode old,
      JsonNode schema,
      String path,
      List<Cause> causes) {
    String expression = rule.path("rule").asText();
    boolean transition = TRANSITION.matcher(expression).find();
    boolean optional = rule.path("optionalOldSelf").asBoolean(false);
    if (transition && old == null && !optional) {
      return;
    }
    Map<String, Object> variables = new HashMap<>();
    variables.put("self", CelValues.of(value, schema));
    if (optional) {
      variables.put("oldSelf", Optional.ofNullable(old).map(o -> CelValues.of(o, schema)));
    } else if (old != null) {
      variables.put("oldSelf", CelValues.of(old, schema));
    }
    String at = path + rule.path("fieldPath").asText("");
    at = at.startsWith(".") ? at.substring(1) : at;
    try {
      if (!Boolean.TRUE.equals(program(expression).eval(variables))) {
        causes.add(refusal(rule, at, message(rule, expression, variables), value, schema));
      }
    } catch (CelEvaluationException | CelValidationException e) {
      causes.add(
          refusal(rule, at, e.getMessage() + " evaluating rule: " + expression, value, schema));
    }
  }

  private static Cause refusal(
      JsonNode rule, String path, String message, JsonNode value, JsonNode schema) {
    return switch (rule.path("reason").asText("")) {
      case "FieldValueForbidden" -> FieldErrors.forbidden(path, message);
      case "FieldValueRequired" -> FieldErrors.required(path, message);
      // The type stands where one expects the value: so says kube-apiserver.
      default -> FieldErrors.invalid(path, TextNode.valueOf(type(value, schema)), message);
    };
  }

  private static String type(JsonNode value, JsonNode schema) {
    String declared = schema.path("type").asText("");
    return declared.isEmpty() ? Values.typeOf(value) : declared;
  }

  private String message(JsonNode rule, String expression, Map<String, Object> variables) {
    String plain = rule.path("message").asText("").strip();
    String fallback = plain.isEmpty() ? "failed rule: " + expression.strip() : plain;
    if (!rule.has("messageExpression")) {
      return fallback;
    }
    try {
      Object said = program(rule.get("messageExpression").asText()).eval(variables);
      return said instanceof String text && !text.isBlank() ? text.strip() : fallback;
    } catch (CelEvaluationException | CelValidationException e) {
      return fallback;
    }
  }

  private CelRuntime.Program program(String expression)
      throws CelValidationException, CelEvaluationException {
    CelRuntime.Program present = programs.get(expression);
    if (present == null) {
      present = cel.createProgram(cel.compile(expression).getAst());
      programs.put(expression, present);
    }
    return present;
  }

  private static Cel environment() {
    CelOptions options = CelOptions.current().enableHeterogeneousNumericComparisons(true).build();
    CelBuilder builder =
        CelFactory.standardCelBuilder()
            .setOptions(options)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .addCompilerLibraries(
                CelExtensions.strings(),
                CelExtensions.optional(),
                CelExtensions.bindings(),
                CelExtensions.sets(options),
                CelExtensions.lists())
            .addRuntimeLibraries(
                CelExtensions.strings(),
                CelExtensions.optional(),
                CelExtensions.sets(options),
                CelExtensions.lists());
    new QuantityLibrary().addTo(builder);
    ListLibrary.addTo(builder);
    return builder.build();
  }
}
