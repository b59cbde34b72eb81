package dev.millrace.operator.roll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.BrokerPod;
import dev.millrace.operator.resources.ClusterNames;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResizingTest {
  private static final ClusterNames NAMES = new ClusterNames("events", "default");
  private static final PodTemplateSpec WANTED = template("a", "2Gi", "250m");

  private static ResourceRequirements resources(String memory, String cpu) {
    return new ResourceRequirementsBuilder()
        .addToLimits("memory", new Quantity(memory))
        .addToRequests("memory", new Quantity(memory))
        .addToRequests("cpu", new Quantity(cpu))
        .build();
  }

  private static PodTemplateSpec template(String shape, String memory, String cpu) {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToAnnotations(BrokerPod.SHAPE, shape)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName(BrokerPod.CONTAINER)
        .withResources(resources(memory, cpu))
        .endContainer()
        .endSpec()
        .build();
  }

  /** A pod that was made from an old revision, and has what is said. */
  private static PodBuilder pod(String shape, ResourceRequirements spec, ResourceRequirements has) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("events-0")
        .addToLabels("controller-revision-hash", "old")
        .addToAnnotations(BrokerPod.SHAPE, shape)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName(BrokerPod.CONTAINER)
        .withResources(spec)
        .endContainer()
        .endSpec()
        .withNewStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .endCondition()
        .addNewContainerStatus()
        .withName(BrokerPod.CONTAINER)
        .withResources(has)
        .endContainerStatus()
        .endStatus();
  }

  private static PodBuilder old(String memory, String cpu) {
    return pod("a", resources(memory, cpu), resources(memory, cpu));
  }

  private static PodBuilder noted(PodBuilder pod) {
    return pod.editMetadata().addToAnnotations(PodView.RESIZED, "new").endMetadata();
  }

  private static Resizing of(PodBuilder... pods) {
    return Resizing.of(WANTED, "new", List.of(pods).stream().map(PodBuilder::build).toList());
  }

  @Test
  void whoDiffersInNothingElseGetsMore() {
    assertThat(of(old("1Gi", "250m")).begin()).hasSize(1);
    assertThat(of(old("2048Mi", "0.1")).begin()).hasSize(1);
    assertThat(Resizing.suffices(template("a", "1Gi", "1"), WANTED)).isTrue();
  }

  @Test
  void whoDiffersInSomethingElseOrGetsLessDoesNot() {
    assertThat(of(pod("b", resources("1Gi", "1"), resources("1Gi", "1")))).isEqualTo(Resizing.NONE);
    assertThat(of(old("3Gi", "250m"))).isEqualTo(Resizing.NONE);
    assertThat(
            of(old("1Gi", "1").editMetadata().addToAnnotations(PodView.RESTART, "").endMetadata()))
        .isEqualTo(Resizing.NONE);
    assertThat(of(old("1Gi", "1").editStatus().withConditions(List.of()).endStatus()))
        .as("not ready")
        .isEqualTo(Resizing.NONE);
    assertThat(
            of(
                old("1Gi", "1")
                    .editMetadata()
                    .addToLabels("controller-revision-hash", "new")
                    .endMetadata()))
        .as("made so, and changed by somebody else")
        .isEqualTo(Resizing.NONE);
    assertThat(Resizing.of(WANTED, "", List.of(old("1Gi", "1").build()))).isEqualTo(Resizing.NONE);
    assertThat(Resizing.suffices(template("b", "1Gi", "1"), WANTED)).isFalse();
    assertThat(Resizing.suffices(template("a", "3Gi", "1"), WANTED)).isFalse();
  }

  @Test
  void aRestartThatSomebodyElseAsksForIsOne() {
    var asked =
        new PodTemplateSpecBuilder(WANTED)
            .editMetadata()
            .addToAnnotations("kubectl.kubernetes.io/restartedAt", "now")
            .endMetadata()
            .build();

    assertThat(Resizing.of(asked, "new", List.of(old("1Gi", "1").build())))
        .isEqualTo(Resizing.NONE);
  }

  @Test
  void itIsUnderWayUntilTheNodeHasDoneIt() {
    var told = pod("a", resources("2Gi", "250m"), resources("1Gi", "250m"));

    assertThat(of(told).begin()).as("resized and not noted yet").hasSize(1);
    assertThat(of(noted(told)).underWay()).hasSize(1);
    assertThat(of(noted(told)).obstacle()).isEmpty();
    assertThat(of(noted(old("2Gi", "250m")))).isEqualTo(Resizing.NONE);
  }

  @Test
  void whatTheNodePutsOffIsWaitedForAndWhatItCannotDoTakesARestart() {
    var told = noted(pod("a", resources("2Gi", "250m"), resources("1Gi", "250m")));

    assertThat(of(pending(told, "Deferred")).obstacle()).contains("events-0 is Deferred");
    var never = pending(told, "Infeasible");
    assertThat(of(never)).isEqualTo(Resizing.NONE);
    assertThat(PodView.of(NAMES, never.build()).orElseThrow().revision()).isEqualTo("old");
    assertThat(PodView.of(NAMES, told.build()).orElseThrow().revision()).isEqualTo("new");
  }

  @Test
  void whatWasAskedForAndNeverGivenIsTakenBackWhileItRuns() {
    // Given: made so, and asked to be larger
    var told = noted(pod("a", resources("3Gi", "250m"), resources("2Gi", "250m")));

    // Then
    for (var reason : List.of("Deferred", "Infeasible")) {
      assertThat(Resizing.of(WANTED, "old", List.of(pending(told, reason).build())).begin())
          .as(reason)
          .hasSize(1);
    }
    assertThat(Resizing.of(WANTED, "old", List.of(noted(old("3Gi", "250m")).build())))
        .as("it has it: the cache would have to be emptied")
        .isEqualTo(Resizing.NONE);
  }

  @Test
  void whatANodeSaidOfAnEarlierWishIsNotTakenForAnAnswer() {
    var never =
        pending(noted(pod("a", resources("2Gi", "250m"), resources("1Gi", "250m"))), "Infeasible")
            .editStatus()
            .editMatchingCondition(condition -> condition.getType().equals("PodResizePending"))
            .withObservedGeneration(2L)
            .endCondition()
            .endStatus();

    assertThat(of(never.editMetadata().withGeneration(3L).endMetadata()).underWay()).hasSize(1);
    assertThat(of(never.editMetadata().withGeneration(2L).endMetadata())).isEqualTo(Resizing.NONE);
  }

  @Test
  void whatIsBoundedBesidesOrToldByNobodyTakesARestart() {
    var bounded =
        new ResourceRequirementsBuilder(resources("1Gi", "250m"))
            .addToLimits("cpu", new Quantity("1"))
            .build();

    assertThat(of(pod("a", bounded, bounded))).as("a LimitRange").isEqualTo(Resizing.NONE);
    assertThat(
            of(
                old("1Gi", "250m")
                    .editStatus()
                    .editFirstContainerStatus()
                    .withResources(null)
                    .endContainerStatus()
                    .endStatus()))
        .as("a node that does not resize")
        .isEqualTo(Resizing.NONE);
  }

  private static PodBuilder pending(PodBuilder pod, String reason) {
    return new PodBuilder(pod.build())
        .editStatus()
        .addNewCondition()
        .withType("PodResizePending")
        .withStatus("True")
        .withReason(reason)
        .endCondition()
        .endStatus();
  }
}
