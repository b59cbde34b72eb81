package dev.millrace.local.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException.Cause;
import dev.millrace.local.json.Json;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructuralSchemaTest {
  private final StructuralSchema schema =
      new StructuralSchema(
          Json.parseOwn(
              """
              {"type": "object", "required": ["spec"], "properties": {"spec": {
                "type": "object", "required": ["size"],
                "x-kubernetes-validations": [
                  {"rule": "self.brokers >= self.replicas", "fieldPath": ".replicas",
                   "messageExpression": "string(self.replicas) + ' replicas on ' + string(self.brokers)"}],
                "properties": {
                  "brokers": {"type": "integer", "minimum": 1, "maximum": 1000.0, "default": 3},
                  "replicas": {"type": "integer", "default": 1},
                  "mode": {"type": "string", "enum": ["Auto", "Off"]},
                  "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
                  "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                  "config": {"type": "object", "additionalProperties": {"x-kubernetes-int-or-string": true}},
                  "size": {"x-kubernetes-int-or-string": true, "x-kubernetes-validations": [
                    {"rule": "isQuantity(string(self))", "message": "is no quantity"},
                    {"rule": "!quantity(string(self)).isLessThan(quantity(string(oldSelf)))",
                     "messageExpression": "'cannot shrink from ' + string(oldSelf)"}]}
                }}}}
              """));

  @ParameterizedTest
  @ValueSource(strings = {"logclusters", "logtopics", "metadatalogs", "metadataslots"})
  void everyRuleThatIsShippedCompiles(String plural) throws IOException {
    assertThat(shipped(plural).fault()).isNull();
  }

  @Test
  void aLogTopicIsHeldToItsTopic() throws IOException {
    // Given
    StructuralSchema topics = shipped("logtopics");
    ObjectNode old = topic("{'cluster': 'events', 'partitions': 6}");

    // Then
    assertThat(topics.validate(topic("{'cluster': 'events', 'partitions': 9}"), old)).isEmpty();
    assertThat(topics.validate(topic("{'cluster': 'events', 'topic': 'orders'}"), old)).isEmpty();
    assertThat(topics.validate(topic("{'cluster': 'events', 'topic': 'other'}"), old))
        .extracting(Cause::message)
        .singleElement()
        .asString()
        .contains("a LogTopic is about one topic");
    assertThat(topics.validate(topic("{'cluster': 'events', 'partitions': 3}"), old))
        .extracting(Cause::message)
        .singleElement()
        .asString()
        .contains("partitions are only ever added");
  }

  @Test
  void theBrokersOfPoolsCountAndNoTwoPoolsHaveTheSameIds() throws IOException {
    var clusters = shipped("logclusters");
    var pools =
        "{'name': 'a', 'firstId': 1000, 'brokers': %d}, {'name': 'b', 'firstId': %d, 'brokers': 0}";

    assertThat(clusters.validate(pooled(pools.formatted(2, 2000)), null)).isEmpty();
    assertThat(clusters.validate(pooled(pools.formatted(1, 2000)), null))
        .extracting(Cause::message)
        .singleElement()
        .asString()
        .contains("more replicas than brokers have no place");
    assertThat(clusters.validate(pooled(pools.formatted(2, 1000)), null))
        .extracting(Cause::message)
        .singleElement()
        .asString()
        .contains("two pools have the same firstId");
  }

  private static ObjectNode pooled(String pools) {
    return (ObjectNode)
        Json.parseOwn(
            """
            {'metadata': {'name': 'events'},
             'spec': {'brokers': 1, 'memory': '1Gi', 'storage': {'size': '1Gi'},
                      'defaults': {'replicationFactor': 3}, 'pools': [%s]}}"""
                .formatted(pools)
                .replace('\'', '"'));
  }

  private static ObjectNode topic(String spec) {
    return (ObjectNode)
        Json.parseOwn(
            "{\"metadata\": {\"name\": \"orders\"}, \"spec\": %s}"
                .formatted(spec.replace('\'', '"')));
  }

  private static StructuralSchema shipped(String plural) throws IOException {
    try (InputStream yaml =
        Objects.requireNonNull(
            StructuralSchemaTest.class.getResourceAsStream(
                "/crds/" + plural + ".millrace.dev.yaml"))) {
      var crd = Serialization.unmarshal(yaml, CustomResourceDefinition.class);
      return new StructuralSchema(
          Json.parseOwn(Serialization.asJson(crd)).at("/spec/versions/0/schema/openAPIV3Schema"));
    }
  }

  @Test
  void aGoodObjectHasNoFaults() {
    assertThat(faults("{'size': '1Gi', 'config': {'a.b': 5, 'c': 'd'}}", null)).isEmpty();
  }

  @Test
  void missingFieldsAreFilledInAndUnknownOnesDropped() {
    // Given
    ObjectNode object = object("{'size': '1Gi', 'sise': 1, 'config': {'x': 1}}");

    // When
    List<String> unknown = schema.admit(object);

    // Then
    assertThat(unknown).containsExactly("spec.sise");
    assertThat(object.at("/spec/brokers").asInt()).isEqualTo(3);
    assertThat(object.at("/spec").has("sise")).isFalse();
    assertThat(object.at("/spec/config/x").asInt()).isEqualTo(1);
  }

  @Test
  void valuesAreRefusedInKubernetesWords() {
    assertThat(faults("{'size': '1', 'brokers': 0}", null))
        .contains(
            "spec.brokers: Invalid value: 0: spec.brokers in body should be greater than or equal"
                + " to 1");
    assertThat(faults("{'size': '1', 'brokers': 1001}", null))
        .contains(
            "spec.brokers: Invalid value: 1001: spec.brokers in body should be less than or equal"
                + " to 1000");
    assertThat(faults("{'brokers': 1}", null)).contains("spec.size: Required value");
    assertThat(faults("{'size': '1', 'mode': 'On'}", null))
        .contains("spec.mode: Unsupported value: \"On\": supported values: \"Auto\", \"Off\"");
    assertThat(faults("{'size': '1', 'name': 'A'}", null))
        .contains("spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'");
    assertThat(faults("{'size': '1', 'name': 'abcdef'}", null))
        .contains("spec.name: Too long: may not be more than 5 bytes");
    assertThat(faults("{'size': '1', 'tags': ['a', 'b', 'c']}", null))
        .contains("spec.tags: Too many: 3: must have at most 2 items");
    assertThat(faults("{'size': '1', 'brokers': 'two'}", null))
        .contains(
            "spec.brokers: Invalid value: \"string\": spec.brokers in body must be of type"
                + " integer: \"string\"");
  }

  @Test
  void rulesAreEvaluatedWithTheirMessageAndPath() {
    assertThat(faults("{'size': '1Gi', 'brokers': 1, 'replicas': 3}", null))
        .containsExactly("spec.replicas: Invalid value: \"object\": 3 replicas on 1");
    assertThat(faults("{'size': 'big'}", null))
        .containsExactly("spec.size: Invalid value: \"string\": is no quantity");
  }

  @Test
  void aTransitionIsCheckedOnlyWhereThereIsAnOldValue() {
    assertThat(faults("{'size': '1Gi'}", null)).isEmpty();
    assertThat(faults("{'size': '2048Mi'}", "{'size': '1Gi'}")).isEmpty();
    assertThat(faults("{'size': '512Mi'}", "{'size': '1Gi'}"))
        .containsExactly("spec.size: Invalid value: \"string\": cannot shrink from 1Gi");
  }

  @Test
  void aRuleThatDoesNotCompileIsNamed() {
    // Given
    StructuralSchema broken =
        new StructuralSchema(
            Json.parseOwn("{\"x-kubernetes-validations\": [{\"rule\": \"self.size(\"}]}"));

    // When, Then
    assertThat(broken.fault()).startsWith("self.size(:");
    assertThat(schema.fault()).isNull();
  }

  private List<String> faults(String spec, @Nullable String oldSpec) {
    ObjectNode object = object(spec);
    schema.admit(object);
    ObjectNode old = oldSpec == null ? null : object(oldSpec);
    if (old != null) {
      schema.admit(old);
    }
    return schema.validate(object, old).stream().map(StructuralSchemaTest::sentence).toList();
  }

  private static String sentence(Cause cause) {
    return cause.field() + ": " + cause.message();
  }

  private static ObjectNode object(String spec) {
    ObjectNode object = Json.object();
    object.set("spec", Json.parseOwn(spec.replace('\'', '"')));
    return object;
  }
}
