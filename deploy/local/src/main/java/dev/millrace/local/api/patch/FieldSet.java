package dev.millrace.local.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of field paths, in the form of {@code FieldsV1}: a trie whose steps are {@code f:NAME},
 * {@code k:{…}} for an element by key and {@code v:…} for an element by value. Mutable, for one
 * thread.
 */
final class FieldSet {
  private static final String SELF = ".";

  private boolean member;
  private final Map<String, FieldSet> children = new TreeMap<>();

  /** All fields of {@code value}. */
  static FieldSet of(JsonNode value, Shape shape) {
    FieldSet set = new FieldSet();
    set.collect(value, shape);
    return set;
  }

  static FieldSet parse(JsonNode fieldsV1) {
    FieldSet set = new FieldSet();
    set.member = fieldsV1.isEmpty() || fieldsV1.has(SELF);
    for (var child : fieldsV1.properties()) {
      if (!child.getKey().equals(SELF)) {
        set.children.put(child.getKey(), parse(child.getValue()));
      }
    }
    return set;
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object();
    if (member && !children.isEmpty()) {
      json.putObject(SELF);
    }
    children.forEach((step, child) -> json.set(step, child.toJson()));
    return json;
  }

  boolean isEmpty() {
    return !member && children.isEmpty();
  }

  @Nullable FieldSet child(String step) {
    return children.get(step);
  }

  Map<String, FieldSet> children() {
    return children;
  }

  boolean member() {
    return member;
  }

  /** Adds all of {@code other}. */
  void addAll(FieldSet other) {
    member |= other.member;
    other.children.forEach(
        (step, child) -> children.computeIfAbsent(step, s -> new FieldSet()).addAll(child));
  }

  /** Removes the members of {@code other}. */
  void removeAll(FieldSet other) {
    member &= !other.member;
    other.children.forEach(
        (step, child) -> {
          FieldSet mine = children.get(step);
          if (mine != null) {
            mine.removeAll(child);
            if (mine.isEmpty()) {
              children.remove(step);
            }
          }
        });
  }

  void remove(String step) {
    children.remove(step);
  }

  /** Drops the paths that {@code value} does not have. */
  void retainExisting(JsonNode value, Shape shape) {
    children
        .entrySet()
        .removeIf(
            entry -> {
              JsonNode child = resolve(value, entry.getKey(), shape);
              if (child.isMissingNode()) {
                return true;
              }
              entry.getValue().retainExisting(child, shapeOf(entry.getKey(), shape));
              return entry.getValue().isEmpty();
            });
  }

  /** Adds what {@code after} has other than {@code before}. */
  static FieldSet changed(JsonNode before, JsonNode after, Shape shape) {
    FieldSet set = new FieldSet();
    set.collectChanges(before, after, shape);
    return set;
  }

  private void collectChanges(JsonNode before, JsonNode after, Shape shape) {
    if (Json.same(before, after)) {
      return;
    }
    boolean maps = before.isObject() && after.isObject() && !after.isEmpty();
    boolean lists = before.isArray() && after.isArray() && !after.isEmpty();
    if (maps && !shape.atomicMap()) {
      for (var field : after.properties()) {
        descend(
            "f:" + field.getKey(),
            before.path(field.getKey()),
            field.getValue(),
            shape.field(field.getKey()));
      }
    } else if (lists && shape.listKind() != Shape.ListKind.ATOMIC) {
      for (JsonNode element : after) {
        String step = step(element, shape);
        descend(step, resolve(before, step, shape), element, shape.element());
      }
    } else {
      collect(after, shape);
    }
  }

  private void descend(String step, JsonNode before, JsonNode after, Shape shape) {
    FieldSet child = new FieldSet();
    if (before.isMissingNode()) {
      child.member = !step.startsWith("f:");
      child.collect(after, shape);
    } else {
      child.collectChanges(before, after, shape);
    }
    if (!child.isEmpty()) {
      children.put(step, child);
    }
  }

  private void collect(JsonNode value, Shape shape) {
    switch (value) {
      case ObjectNode object when !object.isEmpty() && !shape.atomicMap() ->
          object
              .properties()
              .forEach(
                  field ->
                      add("f:" + field.getKey())
                          .collect(field.getValue(), shape.field(field.getKey())));
      case ArrayNode array when !array.isEmpty() && shape.listKind() != Shape.ListKind.ATOMIC -> {
        for (JsonNode element : array) {
          FieldSet child = add(step(element, shape));
          child.member = true;
          child.collect(element, shape.element());
        }
      }
      default -> member = true;
    }
  }

  private FieldSet add(String step) {
    return children.computeIfAbsent(step, s -> new FieldSet());
  }

  /** The step that leads to {@code element} in a list of {@code shape}. */
  static String step(JsonNode element, Shape shape) {
    if (shape.listKind() == Shape.ListKind.SET) {
      return "v:" + text(element);
    }
    ObjectNode key = Json.object();
    for (String name : shape.keys().stream().sorted().toList()) {
      if (element.has(name)) {
        key.set(name, element.get(name));
      } else if (name.equals("protocol")) {
        key.put(name, "TCP");
      }
    }
    return "k:" + text(key);
  }

  /** What {@code step} leads to from {@code value}; missing where there is nothing. */
  static JsonNode resolve(JsonNode value, String step, Shape shape) {
    if (step.startsWith("f:")) {
      return value.path(step.substring(2));
    }
    if (shape.listKind() == Shape.ListKind.ATOMIC) {
      return value.path("");
    }
    List<JsonNode> found =
        Json.items(value).stream().filter(e -> step(e, shape).equals(step)).toList();
    return found.isEmpty() ? value.path("") : found.getFirst();
  }

  static Shape shapeOf(String step, Shape shape) {
    return step.startsWith("f:") ? shape.field(step.substring(2)) : shape.element();
  }

  private static String text(JsonNode node) {
    return new String(Json.bytes(node), StandardCharsets.UTF_8);
  }
}
