package dev.millrace.local.api.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.json.Json;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldManagerTest {
  private static final Shape SHAPE = BuiltinShape.ROOT;
  private final FieldManager fields = new FieldManager(InstantSource.fixed(Instant.EPOCH));

  @Test
  void whatAManagerAppliesNoMoreIsRemoved() {
    // Given
    ObjectNode live = apply(null, config("{'data': {'a': '1', 'b': '2'}}"), "one", false);

    // When
    ObjectNode next = apply(live, config("{'data': {'a': '1'}}"), "one", false);

    // Then
    assertThat(next.path("data").toString()).isEqualTo("{\"a\":\"1\"}");
  }

  @Test
  void whatSomebodyElseAppliesTooStays() {
    // Given
    ObjectNode live = apply(null, config("{'data': {'a': '1', 'b': '2'}}"), "one", false);
    live = apply(live, config("{'data': {'b': '2', 'c': '3'}}"), "two", false);

    // When
    ObjectNode next = apply(live, config("{'data': {'a': '1'}}"), "one", false);

    // Then
    assertThat(next.path("data").toString()).isEqualTo("{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}");
  }

  @Test
  void anotherManagersFieldIsAConflictThatNamesBoth() {
    // Given
    ObjectNode live = apply(null, config("{'spec': {'replicas': 3}}"), "one", false);

    // When, Then
    assertThatThrownBy(() -> apply(live, config("{'spec': {'replicas': 5}}"), "two", false))
        .isInstanceOf(ApiException.class)
        .hasMessage("Apply failed with 1 conflict: conflict with \"one\": .spec.replicas");
  }

  @Test
  void forceTakesTheFieldFromTheOther() {
    // Given
    ObjectNode live = apply(null, config("{'spec': {'replicas': 3, 'x': 1}}"), "one", false);

    // When
    ObjectNode next = apply(live, config("{'spec': {'replicas': 5}}"), "two", true);

    // Then
    assertThat(next.at("/spec/replicas").asInt()).isEqualTo(5);
    assertThat(owned(next, "one")).isEqualTo("{\"f:spec\":{\"f:x\":{}}}");
    assertThat(owned(next, "two")).isEqualTo("{\"f:spec\":{\"f:replicas\":{}}}");
  }

  @Test
  void theSameValueIsSharedWithoutConflict() {
    // Given
    ObjectNode live = apply(null, config("{'spec': {'replicas': 3}}"), "one", false);

    // When
    ObjectNode next = apply(live, config("{'spec': {'replicas': 3}}"), "two", false);

    // Then
    assertThat(owned(next, "one")).isEqualTo(owned(next, "two"));
  }

  @Test
  void elementsOfAKeyedListAreOwnedOneByOne() {
    // Given
    ObjectNode live =
        apply(
            null,
            config("{'status': {'conditions': [{'type': 'A', 'status': '1'}]}}"),
            "one",
            false);

    // When
    ObjectNode next =
        apply(
            live,
            config("{'status': {'conditions': [{'type': 'B', 'status': '2'}]}}"),
            "two",
            false);
    ObjectNode last = apply(next, config("{'status': {}}"), "one", false);

    // Then
    assertThat(next.at("/status/conditions")).hasSize(2);
    assertThat(last.at("/status/conditions").toString())
        .isEqualTo("[{\"type\":\"B\",\"status\":\"2\"}]");
    assertThat(owned(next, "one"))
        .isEqualTo(
            "{\"f:status\":{\"f:conditions\":{\"k:{\\\"type\\\":\\\"A\\\"}\":"
                + "{\".\":{},\"f:status\":{},\"f:type\":{}}}}}");
  }

  @Test
  void aPlainWriteTakesOverOnlyWhatItChanges() {
    // Given
    ObjectNode live = apply(null, config("{'spec': {'replicas': 3, 'x': 1}}"), "one", false);
    ObjectNode after = live.deepCopy();
    ((ObjectNode) after.get("spec")).put("replicas", 4);

    // When
    ObjectNode next = fields.update(live, after, "kubectl", "", SHAPE);

    // Then
    assertThat(owned(next, "one")).isEqualTo("{\"f:spec\":{\"f:x\":{}}}");
    assertThat(owned(next, "kubectl")).isEqualTo("{\"f:spec\":{\"f:replicas\":{}}}");
  }

  @Test
  void applyingTheSameAgainChangesNothing() {
    // Given
    ObjectNode config = config("{'spec': {'ports': [{'port': 1, 'name': 'a'}], 'x': {}}}");
    ObjectNode live = apply(null, config, "one", false);

    // When
    ObjectNode next = apply(live, config, "one", false);

    // Then
    assertThat(Json.same(next, live)).isTrue();
  }

  private ObjectNode apply(
      @Nullable ObjectNode live, ObjectNode config, String manager, boolean force) {
    return fields.apply(live, config, manager, "", force, SHAPE);
  }

  private static String owned(ObjectNode object, String manager) {
    return Json.items(object.at("/metadata/managedFields")).stream()
        .filter(entry -> entry.path("manager").asText().equals(manager))
        .findFirst()
        .orElseThrow()
        .path("fieldsV1")
        .toString();
  }

  private static ObjectNode config(String json) {
    ObjectNode config = (ObjectNode) Json.parseOwn(json.replace('\'', '"'));
    return config.put("apiVersion", "v1").put("kind", "Thing");
  }
}
