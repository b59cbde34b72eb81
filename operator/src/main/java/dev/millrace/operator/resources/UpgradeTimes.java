package dev.millrace.operator.resources;

import dev.millrace.crds.UpgradePolicy;
import dev.millrace.crds.Upgrades;
import dev.millrace.crds.Window;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** Whether brokers may get, now, what a new operator has for them. Pure. */
public final class UpgradeTimes {
  private UpgradeTimes() {}

  /**
   * Whether a renewal may begin at that moment by the policy alone; an unknown time zone has no
   * windows.
   */
  public static boolean open(Upgrades upgrades, Instant now) {
    return switch (Optional.ofNullable(upgrades.policy()).orElse(UpgradePolicy.APPROVAL)) {
      case APPROVAL -> false;
      case AUTOMATIC -> true;
      case WINDOW -> {
        List<Window> windows = Optional.ofNullable(upgrades.windows()).orElse(List.of());
        yield zone(upgrades)
            .map(zone -> LocalDateTime.ofInstant(now, zone))
            .filter(local -> windows.stream().anyMatch(window -> covers(window, local)))
            .isPresent();
      }
    };
  }

  /** Whether the time zone is one. */
  public static boolean zoneKnown(Upgrades upgrades) {
    return zone(upgrades).isPresent();
  }

  private static Optional<ZoneId> zone(Upgrades upgrades) {
    try {
      return Optional.of(ZoneId.of(Optional.ofNullable(upgrades.timeZone()).orElse("UTC")));
    } catch (DateTimeException unknown) {
      return Optional.empty();
    }
  }

  private static boolean covers(Window window, LocalDateTime now) {
    var from = LocalTime.parse(window.from());
    var to = LocalTime.parse(window.to());
    var time = now.toLocalTime();
    if (from.isBefore(to)) {
      return begins(window, now.toLocalDate()) && !time.isBefore(from) && time.isBefore(to);
    }
    return begins(window, now.toLocalDate()) && !time.isBefore(from)
        || begins(window, now.toLocalDate().minusDays(1)) && time.isBefore(to);
  }

  private static boolean begins(Window window, LocalDate day) {
    var days = window.days();
    return days == null
        || days.isEmpty()
        || days.stream().anyMatch(one -> one.ordinal() == day.getDayOfWeek().ordinal());
  }
}
