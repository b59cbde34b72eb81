package dev.millrace.plugin.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of what is to leave the house: what stands behind a name that says so, and what
 * looks like one wherever it stands. A value that was found out once is taken out wherever it comes
 * again, so objects, which name things, go through it before logs, which repeat them. Used by one
 * thread.
 */
public final class Redactor {
  /** What stands in a secret's place. */
  public static final String REMOVED = "[removed]";

  /** So many values are looked for again at the most. */
  private static final int KNOWN = 200;

  /** Shorter ones are words that stand everywhere. */
  private static final int TELLING = 8;

  private static final Pattern PRIVATE_KEY =
      Pattern.compile(
          "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)",
          Pattern.DOTALL);
  private static final Pattern BEARER = Pattern.compile("(?i)(bearer\\s+)[\\w.~+/=\\-]{8,}");
  private static final Pattern BASIC = Pattern.compile("(?i)(basic\\s+)[\\w+/]{8,}={0,2}");
  private static final Pattern JWT =
      Pattern.compile("\\beyJ[\\w\\-]{8,}\\.[\\w\\-]{8,}\\.[\\w\\-]*");
  private static final Pattern USER_OF_URL = Pattern.compile("(://)[^/\\s:@]*:[^/\\s@]+@");

  /** A setting on a line of its own: all that follows is its value. */
  private static final Pattern SETTING =
      Pattern.compile(
          "^(\\s*(?:-\\s+)?[\"']?(" + SecretNames.PATTERN + ")[\"']?\\s*[=:]\\s*)(.*)$");

  /** A name and a value within a line: the value ends with its quote, or where a word does. */
  private static final Pattern PAIR =
      Pattern.compile(
          "([\"']?("
              + SecretNames.PATTERN
              + ")\\\\?[\"']?\\s*[=:]\\s*)(\\\\?\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|[^\\s,;&}\\])]+)");

  /** A value that goes on in deeper lines. */
  private static final Pattern BLOCK = Pattern.compile("[|>][+\\-0-9]*\\s*");

  private final Set<String> known = new LinkedHashSet<>();
  private int removed;

  /** How many values have been taken out. */
  public int removed() {
    return removed;
  }

  /** An object as it may leave; the one given is not changed. */
  public JsonNode object(JsonNode object) {
    JsonNode copy = object.deepCopy();
    clean(copy);
    return copy;
  }

  private void clean(JsonNode node) {
    if (node instanceof ObjectNode object) {
      boolean variable = object.path("name").isTextual() && object.has("value");
      if (variable && SecretNames.isOne(object.path("name").asText())) {
        take(object, "value");
      }
      List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
      for (Map.Entry<String, JsonNode> field : fields) {
        JsonNode value = field.getValue();
        if (SecretNames.isOne(field.getKey()) && value.isValueNode()) {
          take(object, field.getKey());
        } else if (value.isTextual()) {
          object.put(field.getKey(), text(value.asText()));
        } else {
          clean(value);
        }
      }
    } else if (node instanceof ArrayNode array) {
      clean(array);
    }
  }

  /** Command lines: the value may be the word after its name. */
  private void clean(ArrayNode array) {
    boolean named = false;
    for (int i = 0; i < array.size(); i++) {
      JsonNode item = array.get(i);
      if (!item.isTextual()) {
        clean(item);
        continue;
      }
      String word = item.asText();
      if (named) {
        learn(word);
        array.set(i, TextNode.valueOf(REMOVED));
      } else {
        array.set(i, TextNode.valueOf(text(word)));
      }
      named = !named && word.startsWith("-") && !word.contains("=") && isOption(word);
    }
  }

  private static boolean isOption(String word) {
    return SecretNames.isOne(word.replaceFirst("^-+", ""));
  }

  private void take(ObjectNode object, String field) {
    JsonNode value = object.path(field);
    boolean empty = value.isNull() || value.isBoolean() || value.asText().isEmpty();
    if (!empty) {
      learn(value.asText());
      object.put(field, REMOVED);
    }
  }

  private void learn(String value) {
    removed++;
    boolean telling =
        value.length() >= TELLING
            && value.chars().anyMatch(Character::isDigit)
            && value.chars().anyMatch(Character::isLetter)
            && !value.contains(REMOVED);
    if (telling && known.size() < KNOWN) {
      known.add(value);
    }
  }

  /** A text, of one line or many, as it may leave. */
  public String text(String text) {
    String result = replaced(PRIVATE_KEY, text, "");
    // Before names are looked at: the value of "Authorization" is two words.
    result = replaced(BEARER, result, "$1");
    result = replaced(BASIC, result, "$1");
    result = lines(result);
    result = replaced(JWT, result, "");
    result = USER_OF_URL.matcher(result).replaceAll("$1" + REMOVED + "@");
    for (String secret : known) {
      if (result.contains(secret)) {
        removed++;
        result = result.replace(secret, REMOVED);
      }
    }
    return result;
  }

  private String replaced(Pattern pattern, String text, String kept) {
    Matcher matcher = pattern.matcher(text);
    var result = new StringBuilder();
    while (matcher.find()) {
      removed++;
      matcher.appendReplacement(result, kept + Matcher.quoteReplacement(REMOVED));
    }
    return matcher.appendTail(result).toString();
  }

  private String lines(String text) {
    if (!SecretNames.mayBeIn(text)) {
      return text;
    }
    var result = new StringBuilder();
    int block = -1;
    boolean continued = false;
    for (String line : text.split("(?<=\n)", -1)) {
      String body = line.stripTrailing();
      String end = line.substring(body.length());
      if (block >= 0 && !body.isEmpty() && indent(body) <= block) {
        block = -1;
      }
      if (continued || (block >= 0 && !body.isEmpty())) {
        continued = continued && body.endsWith("\\");
        learn(body.strip());
        result.append(REMOVED).append(end);
        continue;
      }
      Matcher setting = SETTING.matcher(body);
      if (setting.matches() && SecretNames.isOne(setting.group(2))) {
        String value = setting.group(3);
        continued = value.endsWith("\\");
        block = BLOCK.matcher(value).matches() ? indent(body) : -1;
        result.append(block >= 0 ? body : setting.group(1) + taken(value)).append(end);
      } else {
        result.append(pairs(body)).append(end);
      }
    }
    return result.toString();
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }

  private String pairs(String line) {
    Matcher pair = PAIR.matcher(line);
    var result = new StringBuilder();
    while (pair.find()) {
      String replacement =
          SecretNames.isOne(pair.group(2)) ? pair.group(1) + taken(pair.group(3)) : pair.group();
      pair.appendReplacement(result, Matcher.quoteReplacement(replacement));
    }
    return pair.appendTail(result).toString();
  }

  /** What stands in a value's place; its quotes stay, and the comma behind it. */
  private String taken(String value) {
    if (value.isEmpty() || value.equals(REMOVED)) {
      return value;
    }
    String tail = value.endsWith(",") ? "," : "";
    String core = value.substring(0, value.length() - tail.length());
    boolean quoted =
        core.length() > 1
            && (core.charAt(0) == '"' || core.charAt(0) == '\'')
            && core.charAt(core.length() - 1) == core.charAt(0);
    String quote = quoted ? core.substring(0, 1) : "";
    String bare = quoted ? core.substring(1, core.length() - 1) : core.replace("\\\"", "");
    learn(bare.strip());
    return quote + REMOVED + quote + tail;
  }
}
