package dev.millrace.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.ClusterNames;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OperatorClientTest {
  private static final String POD =
      """
      {"apiVersion": "v1", "kind": "Pod",
       "metadata": {"name": "events-0", "namespace": "shop", "uid": "u", "resourceVersion": "7",
        "labels": {"controller-revision-hash": "r"}, "annotations": {"millrace.dev/restart": "now"},
        "managedFields": [{"manager": "kubelet", "operation": "Update"}]},
       "spec": {"nodeName": "node-1", "containers": [{"name": "broker", "image": "b",
         "resources": {"limits": {"memory": "1Gi"}}, "env": [{"name": "POD_NAME", "value": "p"}]}],
        "volumes": [{"name": "data"}]},
       "status": {"phase": "Running", "podIP": "10.0.0.7", "hostIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.7"}],
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "broker", "image": "b", "imageID": "sha256:1", "ready": false, "restartCount": 3,
         "state": {"waiting": {"reason": "CrashLoopBackOff"}},
         "lastState": {"terminated": {"reason": "Error", "exitCode": 3, "message": "no space"}}}]}}""";

  private static final String SPEC =
      """
      {brokers: 3, memory: 1Gi, cpu: 2, storage: {size: 10Gi, class: fast, whenDeleted: Delete},
       config: {num.network.threads: 4, log.segment.bytes: 1048576},
       topology: {zoneKey: rack, nodeSelector: {disk: fast}, tolerations: [{key: broker, operator: Exists}]}, rolling: {parallelism: 2}}""";

  private final KubernetesClient client =
      OperatorClient.builder().withConfig(Config.empty()).build();

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void ofAPodIsKeptWhatIsLookedAt() {
    // Given
    var names = new ClusterNames("events", "shop");
    var whole = Serialization.unmarshal(POD, Pod.class);

    // When
    var slight = client.getKubernetesSerialization().unmarshal(POD, Pod.class);

    // Then
    assertThat(PodView.of(names, slight)).isEqualTo(PodView.of(names, whole)).isPresent();
    assertThat(slight.getSpec().getNodeName()).isEqualTo("node-1");
    assertThat(slight.getMetadata().getResourceVersion()).isEqualTo("7");
    assertThat(slight.getMetadata().getManagedFields()).isEmpty();
    assertThat(slight.getSpec().getContainers())
        .containsExactly(
            new ContainerBuilder()
                .withName("broker")
                .withImage("b")
                .withNewResources()
                .addToLimits("memory", new Quantity("1Gi"))
                .endResources()
                .build());
    assertThat(slight.getSpec().getVolumes()).isEmpty();
    assertThat(slight.getSpec().getAdditionalProperties()).isEmpty();
    assertThat(slight.getStatus().getPodIPs()).isEmpty();
    assertThat(slight.getStatus().getContainerStatuses().getFirst().getImageID()).isNull();
  }

  @Test
  void whatIsTheSameInManyIsThereOnce() {
    var one = client.getKubernetesSerialization().unmarshal(POD, Pod.class);
    var other = client.getKubernetesSerialization().unmarshal(POD, Pod.class);

    assertThat(one.getMetadata().getName())
        .isEqualTo("events-0")
        .isSameAs(other.getMetadata().getName());
    assertThat(one.getAdditionalProperties()).isEmpty();
    assertThat(one.getAdditionalProperties()).isSameAs(other.getStatus().getAdditionalProperties());
  }

  @Test
  void aFieldThatTheModelDoesNotKnowIsKept() {
    var pod =
        client
            .getKubernetesSerialization()
            .unmarshal(
                POD.replace("\"kind\": \"Pod\",", "\"kind\": \"Pod\", \"news\": \"some\","),
                Pod.class);

    assertThat(pod.getAdditionalProperties()).containsEntry("news", "some");
  }

  @Test
  void podsInAListAreKeptLikewise() {
    var list =
        client
            .getKubernetesSerialization()
            .unmarshal(
                "{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [%s]}".formatted(POD),
                PodList.class);

    assertThat(list.getItems().getFirst().getSpec().getVolumes()).isEmpty();
    assertThat(list.getItems().getFirst().getMetadata().getManagedFields()).isEmpty();
  }

  @Test
  void theBookmarksOfAWatchAreRead() {
    // Given: as an API server sends it about once a minute
    var bookmark =
        """
        {"type": "BOOKMARK", "object": {"kind": "Pod", "apiVersion": "v1",
         "metadata": {"resourceVersion": "12746", "creationTimestamp": null},
         "spec": {"containers": null}, "status": {}}}""";

    // When
    var event = client.getKubernetesSerialization().unmarshal(bookmark, WatchEvent.class);

    // Then
    assertThat(event.getObject())
        .isInstanceOfSatisfying(
            Pod.class,
            pod -> {
              assertThat(pod.getMetadata().getResourceVersion()).isEqualTo("12746");
              assertThat(pod.getSpec().getContainers()).isEmpty();
            });
  }

  @Test
  void nothingThatIsWantedGetsLost() {
    assertThat(Fixtures.objects(Fixtures.wanted(SPEC, 3)))
        .allSatisfy(
            wanted ->
                assertThat(
                        client
                            .getKubernetesSerialization()
                            .<HasMetadata>unmarshal(Serialization.asJson(wanted)))
                    .isEqualTo(wanted));
  }

  @Test
  void nothingIsLookedAtThatIsNotRead() {
    var operator =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.millrace.operator");

    assertThat(Unread.in(operator, OperatorClient.json())).isEmpty();
  }

  @Test
  void whoeverLooksAtWhatIsNotReadIsFound() {
    var nosy = new ClassFileImporter().importClasses(Nosy.class);

    assertThat(Unread.in(nosy, OperatorClient.json()))
        .containsExactlyInAnyOrder(
            "Nosy looks at ObjectMeta.managedFields",
            "Nosy looks at PodStatus.hostIP",
            "Nosy looks at PodSpec.volumes");
  }

  /** Looks at what is read, and at what is not. */
  private static final class Nosy {
    static String look(Pod pod) {
      return pod.getMetadata().getName()
          + pod.getSpec().getNodeName()
          + pod.getMetadata().getManagedFields()
          + pod.getStatus().getHostIP()
          + pod.getSpec().getVolumes().stream().map(Object::toString).toList();
    }
  }
}
