package dev.millrace.local.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSONPath that printer columns are written in: fields, indexes, {@code [*]} and filters that
 * compare one field for equality. Immutable.
 */
public final class JsonPath {
  private static final Pattern STEP =
      Pattern.compile(
          "\\.(?<field>(?:\\\\.|[^.\\[\\\\])+)"
              + "|\\['(?<quoted>[^']*)'\\]"
              + "|\\[(?<index>-?\\d+|\\*)\\]"
              + "|\\[\\?\\(@\\.(?<name>[^=\\s]+)\\s*==\\s*[\"'](?<value>[^\"']*)[\"']\\)\\]");

  private record Step(String field, String index, String name, String value) {}

  private final List<Step> steps = new ArrayList<>();

  private JsonPath() {}

  /** Throws {@link IllegalArgumentException} where the path is of another form. */
  public static JsonPath parse(String text) {
    JsonPath path = new JsonPath();
    String plain = text.startsWith("{") ? text.substring(1, text.length() - 1) : text;
    plain = plain.startsWith("$") ? plain.substring(1) : plain;
    Matcher matcher = STEP.matcher(plain);
    int at = 0;
    while (at < plain.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw new IllegalArgumentException("unsupported JSONPath: " + text);
      }
      String field = matcher.group("field");
      String quoted = matcher.group("quoted");
      String name = matcher.group("name");
      path.steps.add(
          new Step(
              field != null ? field.replace("\\", "") : quoted != null ? quoted : "",
              matcher.group("index") == null ? "" : matcher.group("index"),
              name == null ? "" : name,
              name == null ? "" : matcher.group("value")));
      at = matcher.end();
    }
    return path;
  }

  /** All that the path leads to. */
  public List<JsonNode> find(JsonNode root) {
    List<JsonNode> found = List.of(root);
    for (Step step : steps) {
      found = found.stream().flatMap(node -> step(node, step).stream()).toList();
    }
    return found;
  }

  private static List<JsonNode> step(JsonNode node, Step step) {
    if (!step.field().isEmpty()) {
      return node.has(step.field()) ? List.of(node.get(step.field())) : List.of();
    }
    List<JsonNode> items = Json.items(node);
    if (step.index().equals("*")) {
      return items;
    }
    if (!step.index().isEmpty()) {
      int index = Integer.parseInt(step.index());
      int at = index < 0 ? items.size() + index : index;
      return at >= 0 && at < items.size() ? List.of(items.get(at)) : List.of();
    }
    return items.stream()
        .filter(item -> item.path(step.name()).asText().equals(step.value()))
        .toList();
  }
}
