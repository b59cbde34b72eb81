package dev.millrace.operator.status;

import dev.millrace.crds.LogClusterStatus.Plan;
import dev.millrace.operator.health.Bytes;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.rebalance.MoveState.Step;
import dev.millrace.operator.rebalance.Movement;
import dev.millrace.operator.resources.Roster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the operator would do if it might.
 *
 * @param changes what would be otherwise with each broker, in words
 * @param settings that they would follow without a restart
 * @param restarts the pods that would restart, in that order
 * @param from the brokers that there are
 * @param to those that there would be
 * @param moves what would be copied
 */
public record Prospect(
    List<String> changes,
    List<String> settings,
    List<String> restarts,
    Roster from,
    Roster to,
    Movement moves) {
  private static final int PODS = 100;

  public Prospect {
    changes = List.copyOf(changes);
    settings = List.copyOf(settings);
    restarts = List.copyOf(restarts);
  }

  /**
   * In words.
   *
   * @param each what a roll takes for each broker, if one has been seen
   */
  Plan plan(Optional<Duration> each) {
    var all = new ArrayList<>(changes);
    if (!settings.isEmpty()) {
      all.add("settings %s, without a restart".formatted(Texts.settings(settings)));
    }
    return new Plan(
        all.isEmpty() ? null : all,
        restarts.isEmpty() ? null : restarts.stream().limit(PODS).toList(),
        from.equals(to) ? null : brokers(),
        copies().orElse(null),
        duration(each).map(Texts::rounded).map(text -> "~" + text).orElse(null));
  }

  private String brokers() {
    var numbers = "from %d to %d".formatted(from.size(), to.size());
    var coming = to.without(from);
    var leaving = from.without(to);
    return coming.isEmpty() || leaving.isEmpty()
        ? numbers
        : "%s: %s for %s".formatted(numbers, Texts.brokers(coming), Texts.brokers(leaving));
  }

  private Optional<String> copies() {
    if (moves.goal().isEmpty()) {
      return Optional.empty();
    }
    var state = moves.state();
    if (state.obstacle().isPresent()) {
      return Optional.of("refused: " + state.obstacle().get().detail());
    }
    return switch (state.step()) {
      case PLANNING -> Optional.of("being computed");
      case MOVING -> Optional.of(copies(state));
      case SETTLED -> Optional.empty();
    };
  }

  private static String copies(MoveState state) {
    return "%s, %s to copy"
        .formatted(
            Texts.count(state.partitions().all(), "partition"), Bytes.text(state.bytes().all()));
  }

  /** Empty where a part of it is not known. */
  private Optional<Duration> duration(Optional<Duration> each) {
    boolean known = restarts.isEmpty() || each.isPresent();
    if (!known || moves.state().step() == Step.PLANNING && moves.goal().isPresent()) {
      return Optional.empty();
    }
    var rolling = each.orElse(Duration.ZERO).multipliedBy(restarts.size());
    var all = rolling.plus(moves.state().left().orElse(Duration.ZERO));
    return all.isZero() ? Optional.empty() : Optional.of(all);
  }
}
