package dev.millrace.operator.resources;

import static dev.millrace.operator.Fixtures.SETTINGS;
import static dev.millrace.operator.Fixtures.brokers;
import static dev.millrace.operator.Fixtures.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.resources.Pools.Waiting;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PoolsTest {
  private static final String LARGE =
      "{name: large, firstId: 1000, brokers: 2, memory: 4Gi, storage: {size: 50Gi}}";

  @Test
  void aClusterWithoutPoolsHasItsOwnBrokersAlone() {
    var pools = Pools.of(cluster(spec(3)), List.of());

    assertThat(pools.several()).isFalse();
    assertThat(pools.wanted()).isEqualTo(brokers(3));
    assertThat(pools.first().statefulSet()).isEqualTo("events");
    assertThat(pools.of(2).pod(2)).isEqualTo("events-2");
  }

  @Test
  void aPoolHasWhatItSaysAndElseWhatTheClusterHas() {
    var pool =
        pool("{name: large, firstId: 1000, brokers: 2, memory: 4Gi, storage: {class: slow}}");

    assertThat(pool.memory().limitMi()).isEqualTo(4096);
    assertThat(pool.spec().storage().size()).hasToString("10Gi");
    assertThat(pool.spec().storage().storageClass()).isEqualTo("slow");
    assertThat(pool.spec().cpu()).hasToString("500m");
    assertThat(Objects.requireNonNull(pool.spec().config())).containsOnlyKeys("num.io.threads");
    assertThat(pool.pod(1001)).isEqualTo("events-large-1001");
    assertThat(pool.claim(1001)).isEqualTo("data-events-large-1001");
  }

  @Test
  void theSettingsOfAPoolComeBeforeTheClusters() {
    var pool =
        pool(
            "{name: a, firstId: 1000, brokers: 1, config: {num.io.threads: 9, background.threads: 2}}");

    var config = Objects.requireNonNull(pool.spec().config());
    assertThat(config)
        .containsEntry("num.io.threads", new IntOrString(9))
        .containsKey("background.threads");
  }

  @Test
  void aPoolStaysInItsZoneByTheLabelThatTellsZones() {
    var pool =
        pool(
            "{name: a, firstId: 1000, brokers: 1, zone: north}",
            ", topology: {zoneKey: site, nodeSelector: {disk: ssd}, priorityClass: high}");

    var topology = Objects.requireNonNull(pool.spec().topology());
    assertThat(topology.nodeSelector()).isEqualTo(Map.of("site", "north", "disk", "ssd"));
    assertThat(topology.priorityClass()).isEqualTo("high");
  }

  @Test
  void volumesKeepTheClassThatTheyWereMadeWith() {
    // Given: a spec that the rules would have refused, had the pool not been away in between
    var slow = LARGE.replace("size: 50Gi", "size: 50Gi, class: slow");
    var sets = all(objects(cluster(spec(3, slow)), 3, 2), StatefulSet.class);

    // Then
    for (var pool : List.of(LARGE, slow.replace("slow", "fast"))) {
      var kept = Pools.of(cluster(spec(3, pool)), sets).current().getLast();
      assertThat(kept.spec().storage().storageClass()).isEqualTo("slow");
      assertThat(kept.spec().storage().size()).hasToString("50Gi");
    }
    assertThat(pool(slow).spec().storage().storageClass()).isEqualTo("slow");
  }

  @Test
  void eachPoolHasAStatefulSetWhosePodsCountFromItsFirstId() {
    // When
    var objects = objects(cluster(spec(3, LARGE)), 3, 2);
    var sets = all(objects, StatefulSet.class);

    // Then
    assertThat(sets)
        .extracting(set -> set.getMetadata().getName())
        .containsExactly("events", "events-large");
    var own = sets.getFirst();
    assertThat(own.getSpec().getOrdinals()).isNull();
    assertThat(own.getSpec().getSelector().getMatchLabels())
        .isEqualTo(Map.of("millrace.dev/cluster", "events"));
    var large = sets.getLast();
    assertThat(large.getSpec().getOrdinals().getStart()).isEqualTo(1000);
    assertThat(large.getSpec().getReplicas()).isEqualTo(2);
    assertThat(large.getSpec().getSelector().getMatchLabels())
        .isEqualTo(Map.of("millrace.dev/cluster", "events", "millrace.dev/pool", "large"));
    assertThat(large.getSpec().getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(large.getSpec().getSelector().getMatchLabels());
    assertThat(claim(large).getSpec().getResources().getRequests().get("storage"))
        .hasToString("50Gi");
    var container = large.getSpec().getTemplate().getSpec().getContainers().getFirst();
    var files = all(objects, ConfigMap.class).getFirst().getData();
    assertThat(container.getArgs())
        .singleElement()
        .satisfies(
            argument ->
                assertThat(files).containsKey(argument.replace("--config=/etc/millrace/", "")));
    assertThat(container.getResources().getLimits().get("memory")).hasToString("4Gi");
    assertThat(all(objects, ConfigMap.class)).hasSize(1);
    assertThat(withoutHashes(files)).containsOnly("broker.properties", "large.broker.properties");
  }

  @Test
  void thatAPoolComesChangesNothingOfTheBrokersThatThereAre() {
    var without = all(objects(cluster(spec(3)), 3), StatefulSet.class).getFirst();
    var with = all(objects(cluster(spec(3, LARGE)), 3, 2), StatefulSet.class).getFirst();

    assertThat(with).isEqualTo(without);
  }

  @Test
  void aPoolThatTheSpecHasNoMoreIsToBeEmptied() {
    // Given
    var sets = all(objects(cluster(spec(3, LARGE)), 3, 2), StatefulSet.class);

    // When
    var pools = Pools.of(cluster(spec(3)), sets);

    // Then
    assertThat(pools.current()).extracting(Pool::name).containsExactly("");
    assertThat(pools.left())
        .singleElement()
        .satisfies(
            left -> {
              assertThat(left.name()).isEqualTo("large");
              assertThat(left.firstId()).isEqualTo(1000);
              assertThat(left.memory().limitMi()).isEqualTo(4096);
              assertThat(left.spec().storage().size()).hasToString("50Gi");
            });
    assertThat(pools.wanted()).isEqualTo(brokers(3));
    assertThat(pools.running(sets, Roster.NOBODY)).contains(brokers(3).and(Roster.of(1000, 2)));
    assertThat(pools.several()).isTrue();
  }

  @Test
  void brokersThatLeaveKeepWhatTheyReadWhenTheyStart() {
    // Given
    var sets = all(objects(cluster(spec(3, LARGE)), 3, 2), StatefulSet.class);
    var overrides = ", overrides: [{broker: 1000, config: {num.io.threads: 1}}]}";
    var cluster = cluster(spec(3).replaceFirst("}$", overrides));
    var pools = Pools.of(cluster, sets);
    var own = new Wanted(cluster, pools.first(), 3, Optional.empty(), SETTINGS);

    // When
    var objects =
        Wanted.objects(
            List.of(own), pools.left(), Map.of("large.broker.properties.5d2a", "a=1"), 1);

    // Then
    var files = all(objects, ConfigMap.class).getFirst().getData();
    assertThat(withoutHashes(files))
        .containsOnly(
            "broker.properties", "large.broker.properties", "large.broker.1000.properties");
    assertThat(files).containsEntry("large.broker.properties.5d2a", "a=1");
    assertThat(all(objects, StatefulSet.class)).hasSize(1);
  }

  @Test
  void noPoolBeginsBeforeItsIdsAndItsNameAreFree() {
    // Given
    var sets = all(objects(cluster(spec(3, LARGE)), 3, 2), StatefulSet.class);

    // When
    var sameIds = Pools.of(cluster(spec(3, LARGE.replace("large", "huge"))), sets);
    var sameName = Pools.of(cluster(spec(3, LARGE.replace("1000", "2000"))), sets);

    // Then
    assertThat(sameIds.waiting()).containsExactly(new Waiting("huge", false));
    assertThat(sameName.waiting()).containsExactly(new Waiting("large", false));
    for (var pools : List.of(sameIds, sameName)) {
      assertThat(pools.wanted()).isEqualTo(brokers(3));
      assertThat(pools.left()).extracting(Pool::firstId).containsExactly(1000);
    }
  }

  @Test
  void noPoolTakesTheNamesOfAnotherClustersPods() {
    // Given
    var cluster = cluster(spec(3, LARGE));
    var others = Set.of("events", "events-large");

    // When
    var fresh = Pools.of(cluster, List.of(), others::contains);
    var running =
        Pools.of(cluster, all(objects(cluster, 3, 2), StatefulSet.class), others::contains);

    // Then
    assertThat(fresh.waiting()).containsExactly(new Waiting("large", true));
    assertThat(fresh.wanted()).isEqualTo(brokers(3));
    assertThat(running.waiting()).as("it was there before the other").isEmpty();
    assertThat(running.wanted().size()).isEqualTo(5);
  }

  @Test
  void brokersWhoseStatefulSetIsMissingAreCountedByTheirPods() {
    // Given
    var cluster = cluster(spec(3, LARGE));
    var sets = all(objects(cluster, 3, 2), StatefulSet.class);
    var pods = Roster.of(List.of(0, 2, 1000));

    // When
    var pools = Pools.of(cluster, sets.subList(1, 2));

    // Then
    assertThat(pools.running(sets.subList(1, 2), pods))
        .contains(brokers(3).and(Roster.of(1000, 2)));
    assertThat(pools.running(List.of(), Roster.NOBODY)).isEmpty();
  }

  @Test
  void whatABrokerHasOtherwiseIsInAFileOfItsOwnAndChangesNobodysPod() {
    // Given
    var overrides =
        "overrides: [{broker: 1, config: {num.io.threads: 1}},"
            + " {broker: 1001, config: {background.threads: 2}}, {broker: 7, config: {}}]";
    var cluster = cluster(spec(3, LARGE).replaceFirst("}$", ", " + overrides + "}"));

    // When
    var objects = objects(cluster, 3, 2);

    // Then
    var own = Overrides.of(cluster.getSpec());
    assertThat(own.revision(0)).isEmpty();
    assertThat(own.revision(7)).isEmpty();
    assertThat(own.revision(1)).isNotEmpty().isNotEqualTo(own.revision(1001));
    var files = all(objects, ConfigMap.class).getFirst().getData();
    assertThat(withoutHashes(files))
        .containsOnly(
            "broker.properties",
            "broker.1.properties",
            "large.broker.properties",
            "large.broker.1001.properties");
    assertThat(files)
        .containsEntry(
            "broker.1.properties",
            "config.revision=%s\nnum.io.threads=1\n".formatted(own.revision(1)));
    assertThat(all(objects, StatefulSet.class))
        .isEqualTo(all(objects(cluster(spec(3, LARGE)), 3, 2), StatefulSet.class));
  }

  private static List<String> withoutHashes(Map<String, String> files) {
    return files.keySet().stream()
        .map(name -> name.replaceFirst("(?<=\\.properties)\\.\\p{XDigit}+$", ""))
        .toList();
  }

  private static Pool pool(String pool) {
    return pool(pool, "");
  }

  private static Pool pool(String pool, String more) {
    return Pools.of(cluster(spec(3, pool).replaceFirst("}$", more + "}")), List.of())
        .current()
        .getLast();
  }

  private static String spec(int brokers, String... pools) {
    return "{brokers: %d, memory: 1Gi, cpu: 500m, storage: {size: 10Gi}, config: {num.io.threads: 3}%s}"
        .formatted(
            brokers, pools.length == 0 ? "" : ", pools: [%s]".formatted(String.join(", ", pools)));
  }

  private static List<HasMetadata> objects(LogCluster cluster, int... brokers) {
    var pools = Pools.of(cluster, List.of()).current();
    var wanted = new ArrayList<Wanted>();
    for (int i = 0; i < brokers.length; i++) {
      wanted.add(new Wanted(cluster, pools.get(i), brokers[i], Optional.empty(), SETTINGS));
    }
    return Wanted.objects(wanted, List.of(), Map.of(), 1);
  }

  private static PersistentVolumeClaim claim(StatefulSet set) {
    return set.getSpec().getVolumeClaimTemplates().getFirst();
  }

  private static <R extends HasMetadata> List<R> all(List<HasMetadata> objects, Class<R> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
