package dev.millrace.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.operator.resources.Advertise;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorSettingsTest {
  @Test
  void itsOwnNamespaceIsWatchedWhereNoneIsNamed() {
    var settings = OperatorSettings.from(Map.of("MILLRACE_BROKER_IMAGE", "b:1"), "own");

    assertThat(settings.namespaces()).containsExactly("own");
    assertThat(settings.brokers().advertise()).isEqualTo(Advertise.HOSTNAME);
    assertThat(settings.brokers().kubernetesUrl()).isEmpty();
  }

  @Test
  void everythingCanBeSet() {
    var settings =
        OperatorSettings.from(
            Map.of(
                "MILLRACE_BROKER_IMAGE", "b:1",
                "MILLRACE_WATCH_NAMESPACES", "shop, audit",
                "MILLRACE_ADVERTISE", "PodIP",
                "MILLRACE_BROKER_KUBERNETES_URL", "https://127.0.0.1:6443",
                "MILLRACE_BROKER_PULL_SECRETS", "mine, theirs"),
            "own");

    assertThat(settings.namespaces()).containsExactlyInAnyOrder("shop", "audit");
    assertThat(settings.brokers().advertise()).isEqualTo(Advertise.POD_IP);
    assertThat(settings.brokers().kubernetesUrl()).contains("https://127.0.0.1:6443");
    assertThat(settings.brokers().pullSecrets()).containsExactly("mine", "theirs");
    assertThat(settings.brokers().withDefaultTag("2").withZones(true).pullSecrets())
        .containsExactly("mine", "theirs");
  }

  @Test
  void whatIsMissingOrWrongIsNamed() {
    assertThatThrownBy(() -> OperatorSettings.from(Map.of(), "own"))
        .hasMessage("MILLRACE_BROKER_IMAGE is not set");
    assertThatThrownBy(
            () ->
                OperatorSettings.from(
                    Map.of("MILLRACE_BROKER_IMAGE", "b", "MILLRACE_ADVERTISE", "Dns"), "own"))
        .hasMessage("MILLRACE_ADVERTISE is Dns; it must be Hostname or PodIP");
  }
}
