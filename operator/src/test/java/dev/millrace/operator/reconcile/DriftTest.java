package dev.millrace.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriftTest {
  @Test
  void whatOthersAddedIsNoDrift() {
    var wanted = Drift.marked(map(Map.of("ours", "1")));
    var actual = map(Map.of("ours", "1", "theirs", "2"));
    actual.getMetadata().setAnnotations(wanted.getMetadata().getAnnotations());
    actual.getMetadata().setResourceVersion("7");

    assertThat(Drift.none(wanted, actual)).isTrue();
  }

  @Test
  void whatSomebodyChangedOfOursIsDrift() {
    var wanted = Drift.marked(map(Map.of("ours", "1")));
    var actual = map(Map.of("ours", "changed"));
    actual.getMetadata().setAnnotations(wanted.getMetadata().getAnnotations());

    assertThat(Drift.none(wanted, actual)).isFalse();
  }

  @Test
  void aWishThatLostAFieldIsDrift() {
    var actual = Drift.marked(map(Map.of("kept", "1", "dropped", "2")));
    var wanted = Drift.marked(map(Map.of("kept", "1")));

    assertThat(Drift.none(wanted, actual)).isFalse();
  }

  @Test
  void aQuantityWrittenAnotherWayIsNoDrift() {
    var wanted =
        Drift.marked(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .endMetadata()
                .withNewSpec()
                .addToHard("memory", new Quantity("1024Mi"))
                .endSpec()
                .build());
    var actual = new ResourceQuotaBuilder(wanted).build();
    actual.getSpec().setHard(Map.of("memory", new Quantity("1Gi")));

    assertThat(Drift.none(wanted, actual)).isTrue();
    actual.getSpec().setHard(Map.of("memory", new Quantity("2Gi")));
    assertThat(Drift.none(wanted, actual)).isFalse();
  }

  @Test
  void theSameInAnotherOrderIsNoOtherWish() {
    var one = new LinkedHashMap<String, String>();
    one.put("first", "1");
    one.put("second", "2");
    var other = new LinkedHashMap<>(one.reversed());

    assertThat(Drift.marked(map(one)).getMetadata().getAnnotations())
        .isEqualTo(Drift.marked(map(other)).getMetadata().getAnnotations());
  }

  private static ConfigMap map(Map<String, String> data) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName("m")
        .endMetadata()
        .withData(data)
        .build();
  }
}
