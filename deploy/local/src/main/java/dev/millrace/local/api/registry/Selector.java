package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Label and field selectors, in the syntax of the query parameters. Immutable. */
public final class Selector implements Predicate<JsonNode> {
  private static final Pattern SET =
      Pattern.compile("\\s*(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*");
  private static final Pattern EQUALITY =
      Pattern.compile("\\s*([^=!\\s]+)\\s*(==|=|!=)\\s*(\\S*)\\s*");
  private static final Pattern PRESENCE = Pattern.compile("\\s*(!?)\\s*([^=!\\s]+)\\s*");

  private final List<Predicate<JsonNode>> terms = new ArrayList<>();

  private Selector() {}

  /** Either may be empty. */
  public static Selector of(String labels, String fields) {
    Selector selector = new Selector();
    for (String term : split(labels)) {
      selector.terms.add(labelTerm(term));
    }
    for (String term : split(fields)) {
      selector.terms.add(fieldTerm(term));
    }
    return selector;
  }

  public boolean matchesAll() {
    return terms.isEmpty();
  }

  @Override
  public boolean test(JsonNode object) {
    return terms.stream().allMatch(term -> term.test(object));
  }

  private static List<String> split(String selector) {
    // A comma within parentheses belongs to a set.
    return selector.isBlank() ? List.of() : List.of(selector.split(",(?![^(]*\\))"));
  }

  private static Predicate<JsonNode> labelTerm(String term) {
    Matcher set = SET.matcher(term);
    if (set.matches()) {
      List<String> values = List.of(set.group(3).trim().split("\\s*,\\s*"));
      boolean wanted = set.group(2).equals("in");
      return object -> {
        JsonNode label = label(object, set.group(1));
        return label.isMissingNode() ? !wanted : values.contains(label.asText()) == wanted;
      };
    }
    Matcher equality = EQUALITY.matcher(term);
    if (equality.matches()) {
      boolean wanted = !equality.group(2).equals("!=");
      return object -> {
        JsonNode label = label(object, equality.group(1));
        boolean equal = !label.isMissingNode() && label.asText().equals(equality.group(3));
        return equal == wanted;
      };
    }
    Matcher presence = PRESENCE.matcher(term);
    if (presence.matches()) {
      boolean wanted = presence.group(1).isEmpty();
      return object -> label(object, presence.group(2)).isMissingNode() != wanted;
    }
    throw ApiException.badRequest("unable to parse requirement: " + term);
  }

  private static Predicate<JsonNode> fieldTerm(String term) {
    Matcher equality = EQUALITY.matcher(term);
    if (!equality.matches()) {
      throw ApiException.badRequest("invalid selector: '" + term + "'; can't understand it");
    }
    boolean wanted = !equality.group(2).equals("!=");
    String[] path = equality.group(1).split("\\.");
    return object -> Json.text(object, path).equals(equality.group(3)) == wanted;
  }

  private static JsonNode label(JsonNode object, String name) {
    return Json.at(object, "metadata", "labels").path(name);
  }
}
