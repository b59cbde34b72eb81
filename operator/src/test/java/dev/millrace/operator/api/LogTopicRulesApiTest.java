package dev.millrace.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.crds.LogTopic;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API server itself says to a LogTopic, by the CRD alone. */
@ExtendWith(ApiServerExtension.class)
class LogTopicRulesApiTest {
  private final KubernetesClient client;

  LogTopicRulesApiTest(ApiServer api) {
    client = new KubernetesClientBuilder().withConfig(api.config()).build();
  }

  @BeforeEach
  void install() throws IOException {
    Crds.install(client);
  }

  @AfterEach
  void close() {
    client.resources(LogTopic.class).inNamespace("default").delete();
    client.close();
  }

  @Test
  void aClusterSuffices() {
    assertThatCode(() -> apply("{cluster: events}")).doesNotThrowAnyException();
  }

  @Test
  void everythingThatOneMaySetIsTakenAndRead() {
    apply(
        """
        {cluster: events, topic: Orders_v2.eu-1, partitions: 12, replicationFactor: 3,
         config: {retention.bytes: 10737418240, cleanup.policy: 'compact,delete', min.cleanable.dirty.ratio: '0.2'},
         whenDeleted: Delete}""");

    var read = client.resources(LogTopic.class).inNamespace("default").withName("orders").get();
    assertThat(LogTopic.topic(read)).isEqualTo("Orders_v2.eu-1");
    assertThat(read.getSpec().config())
        .containsEntry("retention.bytes", new IntOrString("10737418240"));
  }

  @Test
  void theExampleIsTaken() throws IOException {
    var object =
        Serialization.unmarshal(
            Files.readString(Path.of("../deploy/examples/topic.yaml")),
            GenericKubernetesResource.class);
    object.getMetadata().setNamespace("default");

    assertThatCode(() -> client.resource(object).fieldValidation(Validation.STRICT).create())
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {partitions: 1}                                  | spec.cluster: Required value
          {cluster: ''}                                    | spec.cluster
          {cluster: events, partitions: 0}                 | must be 1 or more
          {cluster: events, replicationFactor: 0}          | must be 1 to 1000, and no more than the cluster has brokers
          {cluster: events, topic: 'a b'}                  | is no name for a topic; use letters, digits, '.', '_' and '-'
          {cluster: events, topic: '..'}                   | and neither '.' nor '..'
          {cluster: events, topic: ''}                     | is no name for a topic
          {cluster: events, replicas: 3}                   | unknown field \"spec.replicas\"
          {cluster: events, whenDeleted: Keep}             | Unsupported value
          {cluster: events, config: {leader.replication.throttled.replicas: '*'}} | leader.replication.throttled.replicas is set by the operator itself while replicas move; remove it from config
          {cluster: events, topic: __consumer_offsets, partitions: 9}       | is the cluster's own topic, of which only config may be set; remove partitions, replicationFactor and whenDeleted
          {cluster: events, topic: __transaction_state, whenDeleted: Delete} | is the cluster's own topic
          """)
  void aBadSpecIsRefusedWithWhatToDo(String spec, String message) {
    assertThatThrownBy(() -> apply(spec)).hasMessageContaining(message);
  }

  @Test
  void aNameOf250LettersIsTooLongWhereverItStands() {
    var name = "a".repeat(250);

    assertThatThrownBy(() -> apply("{cluster: events, topic: %s}".formatted(name)))
        .hasMessageContaining("spec.topic");
    assertThatThrownBy(() -> apply(name, "{cluster: events}"))
        .hasMessageContaining("more than the 249 letters of a topic's name; name the topic here");
    assertThatCode(() -> apply(name, "{cluster: events, topic: short}")).doesNotThrowAnyException();
  }

  @Test
  void theClustersOwnTopicsMayBeConfigured() {
    assertThatCode(
            () ->
                apply(
                    "{cluster: events, topic: __consumer_offsets, config: {segment.bytes: 1048576}}"))
        .doesNotThrowAnyException();
  }

  @Test
  void partitionsAreNeverTakenAway() {
    apply("{cluster: events, partitions: 6}");

    assertThatThrownBy(() -> apply("{cluster: events, partitions: 3}"))
        .hasMessageContaining("spec.partitions")
        .hasMessageContaining(
            "cannot shrink: partitions are only ever added. Set it back; for fewer make another");
    assertThatCode(() -> apply("{cluster: events, partitions: 12}")).doesNotThrowAnyException();
  }

  @Test
  void clusterAndTopicStay() {
    apply("{cluster: events}");

    assertThatThrownBy(() -> apply("{cluster: others}"))
        .hasMessageContaining("spec.cluster")
        .hasMessageContaining("topics do not move between clusters. Set it back");
    assertThatThrownBy(() -> apply("{cluster: events, topic: other}"))
        .hasMessageContaining("spec.topic")
        .hasMessageContaining("a LogTopic is about one topic. Set it back");
    assertThatCode(() -> apply("{cluster: events, topic: orders}")).doesNotThrowAnyException();
  }

  private void apply(String spec) {
    apply("orders", spec);
  }

  private void apply(String name, String spec) {
    var object =
        Serialization.unmarshal(
            "---\n{apiVersion: millrace.dev/v1beta1, kind: LogTopic, metadata: {name: %s, namespace: default}}"
                .formatted(name),
            GenericKubernetesResource.class);
    object.setAdditionalProperty("spec", Serialization.unmarshal("---\n" + spec, Object.class));
    client
        .resource(object)
        .fieldValidation(Validation.STRICT)
        .createOr(NonDeletingOperation::update);
  }
}
