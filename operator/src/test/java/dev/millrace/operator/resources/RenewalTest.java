package dev.millrace.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.Fixtures;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An operator of version 0.2.0 meets what one of version 0.1.0 left. */
class RenewalTest {
  private static final String SPEC =
      "{brokers: 3, memory: 1Gi, storage: {size: 10Gi}, config: {b: 1, a: 2}}";
  private static final BrokerSettings NEWER =
      new BrokerSettings("millrace.dev/broker:0.2.0", Advertise.POD_IP, Optional.empty());

  private final Wanted left = Fixtures.wanted(SPEC, 3);

  @Test
  void anotherOperatorKeepsWhatBrokersRunWithAndTellsWhatItWouldChange() {
    var renewal = renewal(Fixtures.cluster(SPEC), NEWER);

    assertThat(renewal.kept()).hasValue(left.rendering());
    assertThat(renewal.waiting())
        .hasValue(
            "image millrace.dev/broker:0.1.0 → millrace.dev/broker:0.2.0;"
                + " settings advertised.listeners");
  }

  @Test
  void whatIsKeptIsAppliedAsItWasAndScalesAllTheSame() {
    // Given
    var cluster = Fixtures.cluster(SPEC.replace("brokers: 3", "brokers: 5"));
    var kept = renewal(cluster, NEWER).kept();

    // When
    var wanted = Fixtures.wanted(cluster, 5, NEWER).keeping(kept);

    // Then
    assertThat(only(wanted, StatefulSet.class).getSpec().getReplicas()).isEqualTo(5);
    assertThat(only(wanted, StatefulSet.class).getSpec().getTemplate())
        .isEqualTo(left.rendering().template());
    assertThat(only(wanted, StatefulSet.class).getMetadata().getAnnotations())
        .isEqualTo(only(left, StatefulSet.class).getMetadata().getAnnotations());
    assertThat(only(wanted, ConfigMap.class).getData())
        .isEqualTo(only(left, ConfigMap.class).getData());
  }

  @Test
  void nothingIsKeptWhereThePolicyLetsBrokersHaveIt() {
    var cluster = Fixtures.cluster(SPEC);

    assertThat(renewal(cluster, NEWER, true)).isEqualTo(Renewal.NONE);
  }

  @Test
  void howBrokersAreRenewedIsNoReasonToRenewThem() {
    var cluster =
        Fixtures.cluster(
            SPEC.replace(
                "brokers: 3",
                "brokers: 3, upgrades: {policy: Approval}, rolling: {parallelism: 2}"));

    assertThat(renewal(cluster, NEWER).kept()).isPresent();
  }

  @Test
  void aSettingThatBrokersFollowWhileTheyRunIsNoReasonToRenewThem() {
    var cluster = Fixtures.cluster(SPEC.replace("a: 2", "a: 2, log.retention.hours: 1"));

    assertThat(renewal(cluster, NEWER).kept()).isPresent();
  }

  /** Where these change, brokers of every cluster restart once its operator is a newer one. */
  @Test
  void theSameSpecIsTheSameQuestionToEveryOperator() {
    var all =
        """
        {version: 0.1.0, metadataVersion: '4.4', brokers: 3, memory: 2Gi, memorySplit: {heap: 64Mi},
         cpu: 500m, storage: {size: 10Gi, class: fast, whenDeleted: Delete},
         defaults: {partitions: 3, replicationFactor: 3, minInsyncReplicas: 2},
         config: {num.io.threads: 4, log.retention.hours: 1},
         pools: [{name: large, firstId: 1000, brokers: 2}],
         overrides: [{broker: 1, config: {num.io.threads: 2}}],
         topology: {zoneKey: zone, nodeSelector: {disk: fast}, priorityClass: high,
          tolerations: [{key: dedicated, operator: Exists}]},
         rolling: {parallelism: 2, singleReplicaPolicy: Refuse}, upgrades: {policy: Approval},
         rebalance: {throttle: 10Mi}}""";

    assertThat(Renewal.asked(left)).isEqualTo("fd67af43e47339eb");
    assertThat(Renewal.asked(Fixtures.wanted(all, 3))).isEqualTo("d280c2b50988d533");
  }

  @Test
  void theSameOperatorHasNothingToKeep() {
    assertThat(renewal(Fixtures.cluster(SPEC), Fixtures.SETTINGS)).isEqualTo(Renewal.NONE);
  }

  @Test
  void theOrderInWhichASpecIsWrittenIsNoChangeOfIt() {
    var other = Fixtures.cluster(SPEC.replace("{b: 1, a: 2}", "{a: 2, b: 1}"));

    assertThat(renewal(other, NEWER).kept()).isPresent();
  }

  @Test
  void aChangeOfTheSpecRenews() {
    var changed = Fixtures.cluster(SPEC.replace("a: 2", "a: 3"));

    assertThat(renewal(changed, NEWER)).isEqualTo(Renewal.NONE);
  }

  @Test
  void whoAsksByTheAnnotationGetsIt() {
    var asking = Fixtures.cluster(SPEC);
    asking.getMetadata().setAnnotations(Map.of(Renewal.ANNOTATION, "now"));

    assertThat(renewal(asking, NEWER)).isEqualTo(Renewal.NONE);
  }

  @Test
  void whatComesIsToldByWhatTheUserChanged() {
    var changed =
        SPEC.replace(
            "brokers: 3,",
            "brokers: 3, cpu: 2, topology: {nodeSelector: {disk: fast}, priorityClass: high,"
                + " tolerations: [{key: dedicated}]},");

    assertThat(
            Renewal.coming(
                Fixtures.wanted(changed, 3),
                false,
                Optional.of(only(left, StatefulSet.class)),
                Optional.of(only(left, ConfigMap.class))))
        .containsExactly("cpu 250m → 2", "node selector disk", "tolerations", "priority class");
  }

  @Test
  void nothingIsKeptWhereNothingIs() {
    var cluster = Fixtures.cluster(SPEC);

    assertThat(
            Renewal.of(
                Fixtures.wanted(cluster, 3, NEWER), false, Optional.empty(), Optional.empty()))
        .isEqualTo(Renewal.NONE);
  }

  private Renewal renewal(LogCluster cluster, BrokerSettings settings) {
    return renewal(cluster, settings, false);
  }

  private Renewal renewal(LogCluster cluster, BrokerSettings settings, boolean open) {
    return Renewal.of(
        Fixtures.wanted(cluster, 3, settings),
        open,
        Optional.of(only(left, StatefulSet.class)),
        Optional.of(only(left, ConfigMap.class)));
  }

  private static <R extends HasMetadata> R only(Wanted wanted, Class<R> kind) {
    return Fixtures.objects(wanted).stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }
}
