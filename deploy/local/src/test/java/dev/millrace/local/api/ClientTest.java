package dev.millrace.local.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client library that the operator uses, on the embedded API. */
@SuppressWarnings("NullAway.Init") // Set before each test.
class ClientTest {
  @TempDir Path directory;
  private ApiUnderTest api;
  private KubernetesClient client;

  @BeforeEach
  void start() throws Exception {
    api = ApiUnderTest.embedded(directory);
    client = api.client();
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void anInformerFollowsEveryChange() {
    // Given
    try (SharedIndexInformer<ConfigMap> informer =
        client.configMaps().inNamespace("default").inform()) {
      // When
      client.resource(config("a", "1")).create();
      client.resource(config("b", "1")).create();
      client.resource(config("a", "2")).update();
      client.configMaps().inNamespace("default").withName("b").delete();

      // Then
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(
              () ->
                  assertThat(informer.getStore().list())
                      .singleElement()
                      .satisfies(map -> assertThat(map.getData()).containsEntry("value", "2")));
    }
  }

  @Test
  void applyingTwiceWritesOnce() {
    // Given
    ConfigMap first =
        client.resource(config("a", "1")).fieldManager("test").forceConflicts().serverSideApply();

    // When
    ConfigMap second =
        client.resource(config("a", "1")).fieldManager("test").forceConflicts().serverSideApply();

    // Then
    assertThat(second.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
    assertThat(second.getMetadata().getManagedFields())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getManager()).isEqualTo("test");
              assertThat(entry.getOperation()).isEqualTo("Apply");
              assertThat(entry.getFieldsV1().getAdditionalProperties()).containsOnlyKeys("f:data");
            });
  }

  @Test
  void aWriteOnAnOldRevisionIsAConflict() {
    // Given
    ConfigMap old = client.resource(config("a", "1")).create();
    client.resource(config("a", "2")).update();
    old.setData(Map.of("value", "3"));

    // When, Then
    assertThatThrownBy(() -> client.resource(old).update())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
  }

  @Test
  void aFinalizerHoldsAnObjectUntilItIsTakenAway() {
    // Given
    ConfigMap held = config("a", "1");
    held.getMetadata().setFinalizers(List.of("millrace.dev/test"));
    client.resource(held).create();
    var resource = client.configMaps().inNamespace("default").withName("a");

    // When
    resource.delete();

    // Then
    assertThat(resource.get().getMetadata().getDeletionTimestamp()).isNotNull();
    resource.edit(
        map -> {
          map.getMetadata().setFinalizers(List.of());
          return map;
        });
    assertThat(resource.get()).isNull();
  }

  @Test
  void aPodOnANodeIsGoneOnlyWhenItsNodeSaysSo() {
    // Given
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withNodeName("local")
                .addNewContainer()
                .withName("c")
                .withImage("i")
                .endContainer()
                .endSpec()
                .build())
        .create();
    var pod = client.pods().inNamespace("default").withName("p");

    // When
    pod.delete();

    // Then
    assertThat(pod.get().getMetadata().getDeletionGracePeriodSeconds()).isEqualTo(30);
    pod.withGracePeriod(0).delete();
    assertThat(pod.get()).isNull();
  }

  @Test
  void anEventOfTheNewerApiIsSeenThroughTheOlder() {
    // Given
    client
        .events()
        .v1()
        .events()
        .inNamespace("default")
        .resource(
            new io.fabric8.kubernetes.api.model.events.v1.EventBuilder()
                .withNewMetadata()
                .withName("e")
                .endMetadata()
                .withNewRegarding()
                .withKind("LogCluster")
                .withName("events")
                .endRegarding()
                .withReason("Grown")
                .withNote("Now 5 brokers")
                .withType("Normal")
                .build())
        .create();

    // When
    List<Event> events =
        client
            .v1()
            .events()
            .inNamespace("default")
            .withField("involvedObject.name", "events")
            .list()
            .getItems();

    // Then
    assertThat(events)
        .singleElement()
        .satisfies(event -> assertThat(event.getMessage()).isEqualTo("Now 5 brokers"));
  }

  @Test
  void aStrangerIsTurnedAway() throws Exception {
    try (var http = HttpClient.newBuilder().sslContext(api.identity().clientContext()).build()) {
      var request = HttpRequest.newBuilder(URI.create(api.url() + "/api/v1/pods")).build();
      assertThat(http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(401);
    }
  }

  private static ConfigMap config(String name, String value) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .endMetadata()
        .withData(Map.of("value", value))
        .build();
  }
}
