package dev.millrace.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.Fixtures;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class WantedTest {
  private static final String SMALL = "{brokers: 3, memory: 1Gi, storage: {size: 10Gi}}";

  @Test
  void everyObjectIsOwnedAndLabelled() {
    assertThat(Fixtures.objects(Fixtures.wanted(SMALL, 3)))
        .allSatisfy(
            object -> {
              assertThat(object.getMetadata().getOwnerReferences())
                  .singleElement()
                  .extracting(OwnerReference::getUid)
                  .isEqualTo("some-uid");
              assertThat(object.getMetadata().getLabels())
                  .containsEntry("millrace.dev/cluster", "events")
                  .containsEntry("app.kubernetes.io/managed-by", "millrace-operator");
            });
  }

  @Test
  void nothingOfABrokerDependsOnHowManyThereAre() {
    var three = statefulSet(Fixtures.wanted(SMALL, 3));
    var five = statefulSet(Fixtures.wanted(SMALL.replace("3", "5"), 5));

    assertThat(five.getSpec().getReplicas()).isEqualTo(5);
    assertThat(five.getSpec().getTemplate()).isEqualTo(three.getSpec().getTemplate());
    assertThat(properties(Fixtures.wanted(SMALL.replace("3", "5"), 5)))
        .isEqualTo(properties(Fixtures.wanted(SMALL, 3)))
        .doesNotContainKeys("default.replication.factor", "min.insync.replicas", "num.partitions");
  }

  @Test
  void aChangeOfTheConfigurationIsAChangeOfThePod() {
    var before = statefulSet(Fixtures.wanted(SMALL, 3));
    var after =
        statefulSet(
            Fixtures.wanted(
                "{brokers: 3, memory: 1Gi, storage: {size: 10Gi}, config: {num.network.threads: 1}}",
                3));

    assertThat(after.getSpec().getTemplate()).isNotEqualTo(before.getSpec().getTemplate());
  }

  @Test
  void whatBrokersFollowWhileTheyRunIsNoChangeOfThePod() {
    var before = statefulSet(Fixtures.wanted(SMALL, 3));
    var after =
        statefulSet(
            Fixtures.wanted(
                "{brokers: 3, memory: 1Gi, storage: {size: 10Gi}, config: {log.segment.bytes: 1}}",
                3));

    assertThat(after.getSpec().getTemplate()).isEqualTo(before.getSpec().getTemplate());
  }

  @Test
  void memoryIsRequestedAsItIsLimitedAndCpuIsNotLimited() {
    var resources = resources("{brokers: 1, memory: 1024Mi, cpu: 2, storage: {size: 1Gi}}");

    assertThat(resources.getLimits()).containsOnlyKeys("memory");
    assertThat(resources.getRequests())
        .containsEntry("memory", resources.getLimits().get("memory"))
        .containsEntry("cpu", new Quantity("2"));
  }

  /** The JVM ends a process that is out of memory without a word but to its log. */
  @Test
  void whatTheLogEndsWithIsTheMessageOfAContainerThatLeavesNone() {
    assertThat(
            statefulSet(Fixtures.wanted(SMALL, 3))
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getTerminationMessagePolicy())
        .isEqualTo("FallbackToLogsOnError");
  }

  @Test
  void someCpuIsRequestedWhereTheSpecDoesNotSayAndNoneIfItSaysSo() {
    assertThat(resources("{brokers: 1, memory: 1Gi, storage: {size: 1Gi}}").getRequests())
        .containsEntry("cpu", new Quantity("250m"));
    assertThat(resources("{brokers: 1, memory: 1Gi, cpu: 0, storage: {size: 1Gi}}").getRequests())
        .containsEntry("cpu", new Quantity("0"));
  }

  private static ResourceRequirements resources(String spec) {
    return statefulSet(Fixtures.wanted(spec, 1))
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getResources();
  }

  @Test
  void volumesAreKeptUnlessTheSpecSaysOtherwise() {
    var kept = statefulSet(Fixtures.wanted(SMALL, 3));
    var deleted =
        statefulSet(
            Fixtures.wanted(
                "{brokers: 3, memory: 1Gi, storage: {size: 1Gi, whenDeleted: Delete}}", 3));

    assertThat(kept.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted())
        .isEqualTo("Retain");
    assertThat(deleted.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted())
        .isEqualTo("Delete");
  }

  @Test
  void theConfigurationIsReadAsItWasMeant() {
    // Given
    var wanted =
        Fixtures.wanted(
            """
            {brokers: 3, memory: 1Gi, storage: {size: 1Gi}, defaults: {partitions: 6, minInsyncReplicas: 1},
             config: {log.retention.hours: 72, num.network.threads: 2, odd.one: ' a=b\\c: # '}}""",
            3);

    // When
    var read = properties(wanted);

    // Then
    assertThat(read)
        .containsEntry("num.network.threads", "2")
        .doesNotContainKey("log.retention.hours")
        .containsEntry("odd.one", " a=b\\c: # ")
        .containsEntry("num.partitions", "6")
        .containsEntry("min.insync.replicas", "1")
        .containsEntry("node.id", "${env:MILLRACE_NODE_ID}")
        .containsEntry("metadata.log.name", "events")
        .containsEntry(
            "advertised.listeners",
            "CLIENT://${env:POD_NAME}.events-brokers.shop.svc:9092,INTERNAL://${env:POD_NAME}.events-brokers.shop.svc:9091")
        .doesNotContainKey("default.replication.factor");
  }

  @Test
  void whereThereIsNoDnsBrokersTellTheirAddresses() {
    var cluster = Fixtures.cluster(SMALL);
    var settings =
        new BrokerSettings("broker:1", Advertise.POD_IP, Optional.of("https://127.0.0.1:6443"));
    var wanted = Fixtures.wanted(cluster, 3, settings);

    assertThat(properties(wanted))
        .containsEntry(
            "advertised.listeners", "CLIENT://${env:POD_IP}:9092,INTERNAL://${env:POD_IP}:9091")
        .containsEntry("kubernetes.url", "https://127.0.0.1:6443");
  }

  @Test
  void aBrokerFindsItsZoneInAFileThatTheKubeletMakesOfThePodsLabel() {
    // Given
    var wanted =
        Fixtures.wanted(
            "{brokers: 3, memory: 1Gi, storage: {size: 1Gi}, topology: {zoneKey: example.com/rack}}",
            3);

    // When
    var pod = statefulSet(wanted).getSpec().getTemplate().getSpec();

    // Then
    assertThat(properties(wanted)).containsEntry("broker.rack.file", "/etc/podinfo/zone");
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getDownwardAPI() != null)
        .singleElement()
        .satisfies(
            volume ->
                assertThat(
                        volume.getDownwardAPI().getItems().getFirst().getFieldRef().getFieldPath())
                    .isEqualTo("metadata.labels['example.com/rack']"));
    assertThat(pod.getTopologySpreadConstraints())
        .allSatisfy(
            spread -> {
              assertThat(spread.getWhenUnsatisfiable()).isEqualTo("ScheduleAnyway");
              assertThat(spread.getMaxSkew()).isEqualTo(1);
            })
        .extracting(TopologySpreadConstraint::getTopologyKey)
        .containsExactly("example.com/rack", "kubernetes.io/hostname");
  }

  @Test
  void theVersionReplacesTheTag() {
    var settings = Fixtures.SETTINGS;
    var local = new BrokerSettings("host:5000/broker", Advertise.HOSTNAME, Optional.empty());

    assertThat(settings.image(Optional.of("2.0"))).isEqualTo("millrace.dev/broker:2.0");
    assertThat(BrokerSettings.version("host:5000/broker:0.1.0")).isEqualTo("0.1.0");
    assertThat(BrokerSettings.version("host:5000/broker")).isEqualTo("latest");
    assertThat(local.withDefaultTag("1.0").image()).isEqualTo("host:5000/broker:1.0");
    assertThat(settings.withDefaultTag("1.0").image()).isEqualTo("millrace.dev/broker:0.1.0");
  }

  @Test
  void otherPullSecretsAreNoChangeOfThePod() {
    var cluster = Fixtures.cluster(SMALL);
    var without = Fixtures.wanted(cluster, 3, Fixtures.SETTINGS);
    var with = Fixtures.wanted(cluster, 3, Fixtures.SETTINGS.withPullSecrets(List.of("registry")));

    assertThat(only(with, ServiceAccount.class).getImagePullSecrets())
        .extracting(LocalObjectReference::getName)
        .containsExactly("registry");
    assertThat(with.rendering()).isEqualTo(without.rendering());
  }

  private static StatefulSet statefulSet(Wanted wanted) {
    return only(wanted, StatefulSet.class);
  }

  private static Map<String, String> properties(Wanted wanted) {
    var properties = new Properties();
    try {
      properties.load(
          new StringReader(only(wanted, ConfigMap.class).getData().values().iterator().next()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.stringPropertyNames().stream()
        .collect(java.util.stream.Collectors.toMap(name -> name, properties::getProperty));
  }

  private static <R extends HasMetadata> R only(Wanted wanted, Class<R> kind) {
    return Fixtures.objects(wanted).stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }
}
