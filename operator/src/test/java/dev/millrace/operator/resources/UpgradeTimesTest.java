package dev.millrace.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.UpgradePolicy;
import dev.millrace.crds.Upgrades;
import dev.millrace.crds.Weekday;
import dev.millrace.crds.Window;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradeTimesTest {
  private static final Window NIGHT = new Window(List.of(Weekday.SAT), "23:00", "02:30");
  private static final Window NOON = new Window(null, "12:00", "12:30");

  @Test
  void nobodyGetsAnythingUnaskedUnlessThePolicySaysSo() {
    var now = Instant.parse("2026-11-26T12:10:00Z");

    assertThat(UpgradeTimes.open(Upgrades.DEFAULTS, now)).isFalse();
    assertThat(UpgradeTimes.open(upgrades(UpgradePolicy.APPROVAL, null, NOON), now)).isFalse();
    assertThat(UpgradeTimes.open(upgrades(UpgradePolicy.AUTOMATIC, null), now)).isTrue();
  }

  /** 2026-11-28 is a Saturday. */
  @ParameterizedTest
  @CsvSource({
    "2026-11-26T11:59:59Z, false",
    "2026-11-26T12:00:00Z, true",
    "2026-11-26T12:29:59Z, true",
    "2026-11-26T12:30:00Z, false",
    "2026-11-28T22:59:00Z, false",
    "2026-11-28T23:00:00Z, true",
    "2026-11-29T02:29:00Z, true",
    "2026-11-29T02:30:00Z, false",
    "2026-11-28T02:00:00Z, false",
    "2026-11-29T23:30:00Z, false"
  })
  void windowsOpenAndCloseOnTheirDaysAndReachIntoTheNext(Instant now, boolean open) {
    assertThat(UpgradeTimes.open(upgrades(UpgradePolicy.WINDOW, null, NIGHT, NOON), now))
        .isEqualTo(open);
  }

  @Test
  void windowsAreOfTheirTimeZone() {
    var eleven = Instant.parse("2026-11-26T11:10:00Z");

    assertThat(UpgradeTimes.open(upgrades(UpgradePolicy.WINDOW, "Europe/Berlin", NOON), eleven))
        .isTrue();
    assertThat(UpgradeTimes.open(upgrades(UpgradePolicy.WINDOW, "No/Where", NOON), eleven))
        .isFalse();
  }

  private static Upgrades upgrades(UpgradePolicy policy, @Nullable String zone, Window... windows) {
    return new Upgrades(policy, List.of(windows), zone);
  }
}
