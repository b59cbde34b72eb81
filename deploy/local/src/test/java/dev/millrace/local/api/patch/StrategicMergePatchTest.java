package dev.millrace.local.api.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import org.junit.jupiter.api.Test;

class StrategicMergePatchTest {
  private static final String POD =
      "{'spec': {'containers': [{'name': 'a', 'image': '1', 'args': ['x']},"
          + " {'name': 'b', 'image': '1'}], 'strategy': {'type': 'R', 'rolling': 1}},"
          + " 'metadata': {'finalizers': ['f', 'g'], 'labels': {'l': '1'}}}";

  @Test
  void aKeyedListIsMergedByKey() {
    assertThat(
            patched("{'spec': {'containers': [{'name': 'b', 'image': '2'}]}}")
                .at("/spec/containers"))
        .isEqualTo(
            json("[{'name': 'a', 'image': '1', 'args': ['x']}, {'name': 'b', 'image': '2'}]"));
  }

  @Test
  void anElementIsDeletedByDirective() {
    assertThat(
            patched("{'spec': {'containers': [{'name': 'a', '$patch': 'delete'}]}}")
                .at("/spec/containers"))
        .isEqualTo(json("[{'name': 'b', 'image': '1'}]"));
  }

  @Test
  void aPlainListIsReplaced() {
    assertThat(
            patched("{'spec': {'containers': [{'name': 'a', 'args': ['y', 'z']}]}}")
                .at("/spec/containers/0/args"))
        .isEqualTo(json("['y', 'z']"));
  }

  @Test
  void theOrderThatIsAskedForIsMade() {
    assertThat(
            patched("{'spec': {'$setElementOrder/containers': [{'name': 'b'}, {'name': 'a'}]}}")
                .at("/spec/containers/0/name")
                .asText())
        .isEqualTo("b");
  }

  @Test
  void valuesLeaveASetByDirective() {
    assertThat(
            patched("{'metadata': {'$deleteFromPrimitiveList/finalizers': ['f']}}")
                .at("/metadata/finalizers"))
        .isEqualTo(json("['g']"));
  }

  @Test
  void onlyTheKeysToRetainStay() {
    assertThat(
            patched("{'spec': {'strategy': {'$retainKeys': ['type'], 'type': 'S'}}}")
                .at("/spec/strategy"))
        .isEqualTo(json("{'type': 'S'}"));
  }

  @Test
  void nullRemovesAField() {
    assertThat(patched("{'metadata': {'labels': null}}").at("/metadata").has("labels")).isFalse();
  }

  private static ObjectNode patched(String patch) {
    return StrategicMergePatch.apply(
        (ObjectNode) json(POD), (ObjectNode) json(patch), BuiltinShape.ROOT);
  }

  private static JsonNode json(String text) {
    return Json.parseOwn(text.replace('\'', '"'));
  }
}
