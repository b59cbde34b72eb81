package dev.millrace.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.resources.DynamicSettings;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API server itself says to a spec, by the CRD alone. */
@ExtendWith(ApiServerExtension.class)
class LogClusterRulesApiTest {
  private final KubernetesClient client;

  LogClusterRulesApiTest(ApiServer api) {
    client = new KubernetesClientBuilder().withConfig(api.config()).build();
  }

  @BeforeEach
  void install() throws IOException {
    Crds.install(client);
  }

  @AfterEach
  void close() {
    client.resources(LogCluster.class).inNamespace("default").delete();
    client.close();
  }

  @Test
  void brokersMemoryAndStorageSuffice() {
    assertThatCode(() -> apply("{brokers: 3, memory: 1Gi, storage: {size: 100Gi}}"))
        .doesNotThrowAnyException();
  }

  @Test
  void everythingThatOneMaySetIsTaken() {
    assertThatCode(
            () ->
                apply(
                    """
                    {version: 1.0.0, brokers: 3, memory: 8Gi, memorySplit: {heap: 96Mi, direct: 64Mi},
                     cpu: 2, storage: {size: 500Gi, class: fast, whenDeleted: Retain, whenScaled: Delete},
                     topology: {zoneKey: zone, nodeSelector: {disk: ssd}, tolerations: [{key: a, operator: Exists}],
                                priorityClass: high},
                     config: {log.retention.hours: 72, compression.type: producer},
                     defaults: {partitions: 6, replicationFactor: 3, minInsyncReplicas: 2},
                     rolling: {singleReplicaPolicy: Refuse, parallelism: Auto},
                     upgrades: {policy: Window, windows: [{days: [Sat, Sun], from: '02:00', to: '05:00'}],
                                timeZone: Europe/Berlin}}"""))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {brokers: 0, memory: 1Gi, storage: {size: 1Gi}}                            | must be 1 to 1000; 1 is a whole cluster
          {brokers: 1, memory: 64Mi, storage: {size: 1Gi}}                           | 64Mi is too little: a broker needs 192Mi (heap 64Mi, direct 32Mi, overhead 96Mi) before any page cache; use 256Mi or more
          {brokers: 1, memory: lots, storage: {size: 1Gi}}                           | is not a quantity; write for example 512Mi
          {brokers: 1, memory: 1Gi, memory2: 1Gi, storage: {size: 1Gi}}              | unknown field \"spec.memory2\"
          {brokers: 1, memory: 1Gi, storage: {size: 1Gi}, config: {node.id: 7}}      | node.id is set by the operator itself; remove it from config
          {brokers: 2, memory: 1Gi, storage: {size: 1Gi}, defaults: {replicationFactor: 3}} | more replicas than brokers have no place; raise spec.brokers, make replicationFactor as low as that
          {brokers: 3, memory: 1Gi, storage: {size: 1Gi}, defaults: {replicationFactor: 1, minInsyncReplicas: 2}} | more in-sync replicas than replicas would refuse every write
          {brokers: 2, memory: 1Gi, storage: {size: 1Gi}, defaults: {minInsyncReplicas: 3}} | make it at most replicationFactor (where that is not set: 3, or as many as there are brokers if those are fewer)
          {brokers: 1, memory: 1Gi, memorySplit: {heap: 1Gi}, storage: {size: 1Gi}}  | heap and direct with 96Mi of overhead exceed spec.memory; make them smaller
          {brokers: 1, memory: 1Gi, memorySplit: {heap: 16Mi}, storage: {size: 1Gi}} | a broker needs a heap of 64Mi or more
          {brokers: 1, memory: 1Gi, storage: {size: 1Gi}, upgrades: {policy: Window}} | policy Window needs windows, such as windows: [{days: [Sun], from: '02:00', to: '05:00'}]
          {brokers: 1, memory: 1Gi, storage: {size: 1Gi}, upgrades: {windows: [{from: '2am', to: '05:00'}]}} | spec.upgrades.windows[0].from
          {brokers: 1, memory: 1Gi, storage: {size: 1Gi}, rolling: {parallelism: 0}}  | spec.rolling.parallelism
          {brokers: 1, memory: 1Gi, storage: {size: 1Gi}, rolling: {parallelism: all}} | is Auto, or 1 or more
          {memory: 1Gi, storage: {size: 1Gi}}                                        | spec.brokers: Required value
          """)
  void aBadSpecIsRefusedWithWhatToDo(String spec, String message) {
    assertThatThrownBy(() -> apply(spec)).hasMessageContaining(message);
  }

  @Test
  void storageNeverShrinks() {
    apply("{brokers: 1, memory: 1Gi, storage: {size: 100Gi}}");

    assertThatThrownBy(() -> apply("{brokers: 1, memory: 1Gi, storage: {size: 50Gi}}"))
        .hasMessageContaining("spec.storage.size")
        .hasMessageContaining(
            "cannot shrink (100Gi → 50Gi); volumes only grow. Keep 100Gi or more");
  }

  @Test
  void aClusterMayConsistOfPoolsAlone() {
    assertThatCode(
            () ->
                apply(
                    """
                    {brokers: 0, memory: 1Gi, storage: {size: 1Gi}, defaults: {replicationFactor: 3},
                     rolling: {parallelism: 3},
                     pools: [{name: a, firstId: 1000, brokers: 2, memory: 4Gi, cpu: 1, zone: zone-1,
                              storage: {size: 10Gi, class: fast}, nodeSelector: {disk: ssd},
                              tolerations: [{key: a, operator: Exists}], config: {num.io.threads: 4}},
                             {name: b, firstId: 2000, brokers: 1}]}"""))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          0 | {name: a, firstId: 1000, brokers: 0} | must be 1 to 1000; 1 is a whole cluster
          1 | {name: A, firstId: 1000, brokers: 1} | spec.pools[0].name
          1 | {name: a, firstId: 1500, brokers: 1} | must be a multiple of 1000, from 1000 to 999000
          1 | {name: a, firstId: 0, brokers: 1}    | the brokers outside of pools have 0 to 999
          1 | {name: a, firstId: 1000, brokers: 1001} | must be 0 to 1000; 0 empties the pool
          1 | {name: a, firstId: 1000, brokers: 1, memory: 64Mi} | 64Mi is too little: a broker needs 192Mi
          1 | {name: a, firstId: 1000, brokers: 1}, {name: a, firstId: 2000, brokers: 1} | Duplicate value
          1 | {name: a, firstId: 1000, brokers: 1}, {name: b, firstId: 1000, brokers: 1} | two pools have the same firstId
          1 | {name: a, firstId: 1000, brokers: 1, config: {node.id: 7}} | node.id is set by the operator itself
          1 | {name: a, brokers: 1} | spec.pools[0].firstId: Required value
          1 | {name: a, firstId: 1000, brokers: 1000} | more than 1000 brokers
          1 | {name: a, firstId: 1000, brokers: 1, memory: 1Gi}], memorySplit: {heap: 900Mi}, config: {}, overrides: [ | exceed the memory of a pool
          1 | ], overrides: [{broker: 0, config: {node.id: 7}} | node.id is set by the operator itself
          1 | ], overrides: [{broker: 0, config: {log.retention.ms: 7}} | is one for all brokers; set it in spec.config
          1 | ], overrides: [{broker: 0, config: {}}, {broker: 0, config: {}} | Duplicate value
          1 | ], overrides: [{broker: -1, config: {}} | must be the id of a broker
          """)
  void aBadPoolIsRefusedWithWhatToDo(int brokers, String pools, String message) {
    assertThatThrownBy(() -> apply(pooled(brokers, pools))).hasMessageContaining(message);
  }

  @Test
  void whatTopicsGoByIsOneForAllPools() {
    assertThat(DynamicSettings.NAMES)
        .allSatisfy(
            name ->
                assertThatThrownBy(
                        () ->
                            apply(
                                pooled(
                                    1,
                                    "{name: a, firstId: 1000, brokers: 1, config: {%s: 7}}"
                                        .formatted(name))))
                    .as(name)
                    .hasMessageContaining("is one for all brokers; set it in spec.config"));
  }

  @Test
  void theIdsOfAPoolStayAndItsVolumesOnlyGrow() {
    apply(pooled(1, "{name: a, firstId: 1000, brokers: 1, storage: {size: 20Gi}}"));

    assertThatThrownBy(() -> apply(pooled(1, "{name: a, firstId: 2000, brokers: 1}")))
        .hasMessageContaining("cannot change: brokers are known by their ids")
        .hasMessageContaining("size cannot be taken back");
    assertThatThrownBy(
            () -> apply(pooled(1, "{name: a, firstId: 1000, brokers: 1, storage: {size: 10Gi}}")))
        .hasMessageContaining("cannot shrink (20Gi → 10Gi)");
    for (var storage : List.of("{size: 20Gi, class: a}", "{size: 20Gi, class: b}")) {
      assertThatThrownBy(
              () ->
                  apply(
                      pooled(
                          1,
                          "{name: a, firstId: 1000, brokers: 1, storage: %s}".formatted(storage))))
          .hasMessageContaining("class cannot change");
    }
    assertThatCode(() -> apply(pooled(1, "{name: b, firstId: 2000, brokers: 1}")))
        .doesNotThrowAnyException();
  }

  @Test
  void thePodsOfAPoolCanBeCalledAfterIt() {
    var name = "payments-production-eu-west-1-a";

    assertThatCode(
            () -> apply(name, pooled(1, "{name: large-nvme-storage-1, firstId: 1000, brokers: 1}")))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                apply(
                    name + "b",
                    pooled(1, "{name: large-nvme-storage-1, firstId: 1000, brokers: 1}")))
        .hasMessageContaining("have 51 letters together at most");
  }

  private static String pooled(int brokers, String pools) {
    return "{brokers: %d, memory: 2Gi, storage: {size: 1Gi}, pools: [%s]}"
        .formatted(brokers, pools);
  }

  @Test
  void theStorageClassStays() {
    apply("{brokers: 1, memory: 1Gi, storage: {size: 100Gi, class: slow}}");

    assertThatThrownBy(
            () -> apply("{brokers: 1, memory: 1Gi, storage: {size: 100Gi, class: fast}}"))
        .hasMessageContaining("spec.storage.class")
        .hasMessageContaining("volumes keep the class that they were made with");
  }

  @Test
  void scalingToNoBrokerIsRefusedByTheSubresourceToo() {
    apply("{brokers: 2, memory: 1Gi, storage: {size: 1Gi}}");
    var cluster = client.resources(LogCluster.class).inNamespace("default").withName("events");

    assertThat(cluster.scale().getSpec().getReplicas()).isEqualTo(2);
    assertThatThrownBy(() -> scaleTo(0)).hasMessageContaining("must be 1 to 1000");
  }

  @Test
  void fewerBrokersThanReplicasAreRefusedByTheSubresourceToo() {
    apply(
        "{brokers: 3, memory: 1Gi, storage: {size: 1Gi}, defaults: {replicationFactor: 3, minInsyncReplicas: 2}}");

    assertThatThrownBy(() -> scaleTo(2))
        .hasMessageContaining("more replicas than brokers have no place");
  }

  private void scaleTo(int brokers) {
    var cluster = client.resources(LogCluster.class).inNamespace("default").withName("events");
    var scale = cluster.scale();
    scale.getSpec().setReplicas(brokers);
    cluster.scale(scale);
  }

  private void apply(String spec) {
    apply("events", spec);
  }

  private void apply(String name, String spec) {
    var object =
        Serialization.unmarshal(
            "---\n{apiVersion: millrace.dev/v1beta1, kind: LogCluster, metadata: {name: %s, namespace: default}}"
                .formatted(name),
            GenericKubernetesResource.class);
    object.setAdditionalProperty("spec", Serialization.unmarshal("---\n" + spec, Object.class));
    client
        .resource(object)
        .fieldValidation(Validation.STRICT)
        .createOr(NonDeletingOperation::update);
  }
}
