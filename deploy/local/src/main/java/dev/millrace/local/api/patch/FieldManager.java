package dev.millrace.local.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.ApiException.Cause;
import dev.millrace.local.api.patch.ManagedFields.Owner;
import dev.millrace.local.json.Json;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Server-side apply, and the bookkeeping of every other write in {@code managedFields}. Inputs are
 * not changed. Safe on any thread.
 */
public final class FieldManager {
  private final InstantSource clock;

  public FieldManager(InstantSource clock) {
    this.clock = clock;
  }

  /** Gives {@code after}, an object written by other means than apply, its field owners. */
  public ObjectNode update(
      @Nullable ObjectNode before,
      ObjectNode after,
      String manager,
      String subresource,
      Shape shape) {
    JsonNode was = before == null ? Json.object() : before;
    ManagedFields managed = ManagedFields.of(was, clock.instant());
    Owner owner = new Owner(manager, "Update", Json.text(after, "apiVersion"), subresource);
    FieldSet changed = ManagedFields.ownable(FieldSet.changed(was, after, shape));
    ObjectNode result = after.deepCopy();
    if (!changed.isEmpty()) {
      managed.takeFromOthers(owner, changed);
      FieldSet mine = managed.of(owner);
      FieldSet grown = new FieldSet();
      grown.addAll(mine);
      grown.addAll(changed);
      managed.set(owner, grown);
    }
    managed.writeTo(result, shape);
    return result;
  }

  /** What {@code live} becomes when {@code manager} applies {@code config}. */
  public ObjectNode apply(
      @Nullable ObjectNode live,
      ObjectNode config,
      String manager,
      String subresource,
      boolean force,
      Shape shape) {
    ObjectNode target = live == null ? Json.object() : live.deepCopy();
    ManagedFields managed = ManagedFields.of(target, clock.instant());
    Owner owner = new Owner(manager, "Apply", Json.text(config, "apiVersion"), subresource);
    FieldSet wanted = ManagedFields.ownable(FieldSet.of(config, shape));
    List<Cause> conflicts = new ArrayList<>();
    managed
        .others(owner)
        .forEach(
            (who, theirs) -> conflicts(who, theirs, wanted, target, config, shape, "", conflicts));
    if (!conflicts.isEmpty() && !force) {
      throw ApiException.applyConflict(conflicts);
    }
    FieldSet others = new FieldSet();
    managed.others(owner).values().forEach(others::addAll);
    prune(target, managed.of(owner), wanted, others, shape);
    ObjectNode merged = (ObjectNode) merge(target, config, shape);
    if (!conflicts.isEmpty()) {
      managed.takeFromOthers(owner, differing(wanted, live, config, shape));
    }
    managed.set(owner, wanted);
    managed.writeTo(merged, shape);
    return merged;
  }

  private static FieldSet differing(
      FieldSet wanted, @Nullable ObjectNode live, ObjectNode config, Shape shape) {
    FieldSet changed = FieldSet.changed(live == null ? Json.object() : live, config, shape);
    // Only what is applied can be taken from others.
    FieldSet outside = new FieldSet();
    outside.addAll(changed);
    outside.removeAll(wanted);
    changed.removeAll(outside);
    return changed;
  }

  private static void conflicts(
      Owner who,
      FieldSet theirs,
      FieldSet wanted,
      JsonNode live,
      JsonNode config,
      Shape shape,
      String path,
      List<Cause> found) {
    for (var entry : wanted.children().entrySet()) {
      String step = entry.getKey();
      FieldSet their = theirs.child(step);
      if (their == null) {
        continue;
      }
      JsonNode mine = FieldSet.resolve(config, step, shape);
      JsonNode present = FieldSet.resolve(live, step, shape);
      String at =
          path + (step.startsWith("f:") ? "." + step.substring(2) : "[" + step.substring(2) + "]");
      Shape below = FieldSet.shapeOf(step, shape);
      boolean leaf = entry.getValue().children().isEmpty();
      if (leaf && their.member() && !Json.same(mine, present)) {
        String by =
            "\""
                + who.manager()
                + "\""
                + (who.subresource().isEmpty()
                    ? ""
                    : " with subresource \"" + who.subresource() + "\"")
                + (who.operation().equals("Apply") ? "" : " using " + who.apiVersion());
        found.add(new Cause("FieldManagerConflict", "conflict with " + by, at));
      } else {
        conflicts(who, their, entry.getValue(), present, mine, below, at, found);
      }
    }
  }

  /** Removes what the manager applied before, applies no more, and nobody else owns. */
  private static void prune(
      JsonNode target,
      FieldSet last,
      @Nullable FieldSet now,
      @Nullable FieldSet others,
      Shape shape) {
    for (Map.Entry<String, FieldSet> entry : last.children().entrySet()) {
      String step = entry.getKey();
      JsonNode value = FieldSet.resolve(target, step, shape);
      if (value.isMissingNode()) {
        continue;
      }
      FieldSet still = now == null ? null : now.child(step);
      FieldSet foreign = others == null ? null : others.child(step);
      boolean orphaned = still == null && foreign == null;
      if (orphaned && (entry.getValue().member() || entry.getValue().children().isEmpty())) {
        remove(target, value, step);
        continue;
      }
      prune(value, entry.getValue(), still, foreign, FieldSet.shapeOf(step, shape));
      if (orphaned && value.isContainerNode() && value.isEmpty()) {
        remove(target, value, step);
      }
    }
  }

  private static void remove(JsonNode target, JsonNode value, String step) {
    if (target instanceof ObjectNode object) {
      object.remove(step.substring(2));
    } else if (target instanceof ArrayNode array) {
      array.removeIf(element -> element == value || (value.isValueNode() && element.equals(value)));
    }
  }

  private static JsonNode merge(JsonNode live, JsonNode config, Shape shape) {
    return switch (config) {
      case ObjectNode wanted when live instanceof ObjectNode present && !shape.atomicMap() -> {
        wanted
            .properties()
            .forEach(
                field ->
                    present.set(
                        field.getKey(),
                        merge(
                            present.path(field.getKey()),
                            field.getValue(),
                            shape.field(field.getKey()))));
        yield present;
      }
      case ArrayNode wanted
          when live instanceof ArrayNode present && shape.listKind() != Shape.ListKind.ATOMIC -> {
        for (JsonNode element : wanted) {
          mergeElement(present, element, shape);
        }
        yield present;
      }
      default -> config.deepCopy();
    };
  }

  private static void mergeElement(ArrayNode present, JsonNode element, Shape shape) {
    String step = FieldSet.step(element, shape);
    for (int i = 0; i < present.size(); i++) {
      if (FieldSet.step(present.get(i), shape).equals(step)) {
        if (present.get(i) instanceof ObjectNode there && element instanceof ObjectNode wanted) {
          wanted
              .properties()
              .forEach(
                  field ->
                      there.set(
                          field.getKey(),
                          merge(
                              there.path(field.getKey()),
                              field.getValue(),
                              shape.element().field(field.getKey()))));
        }
        return;
      }
    }
    present.add(element.deepCopy());
  }
}
