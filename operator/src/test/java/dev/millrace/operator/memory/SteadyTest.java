package dev.millrace.operator.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class SteadyTest {
  private final Steady rate = new Steady(10, true);
  private long second;

  @Test
  void aFirstFigureIsShownByTwoDigitsAndWhatIsUnknownChangesNothing() {
    assertThat(rate.note(-1, 0)).isEqualTo(-1);
    assertThat(rate.note(123_456, 0)).isEqualTo(120_000);
    assertThat(rate.note(-1, 0)).isEqualTo(120_000);
  }

  @Test
  void aSteadyLoadIsShownByTheSameFigureAllDay() {
    // Given
    var noise = new Random(1);
    double shown = rate.note(1_000, 0);

    // When
    int changes = changes(86_400, () -> 1_000 * (0.8 + 0.4 * noise.nextDouble()));

    // Then
    assertThat(shown).isEqualTo(1_000);
    assertThat(changes).isZero();
  }

  @Test
  void whatIsHardlyAnythingIsNothing() {
    // Given
    var noise = new Random(1);
    rate.note(0, 0);

    // When
    int changes = changes(3_600, () -> 19 * noise.nextDouble());

    // Then
    assertThat(changes).isZero();
    assertThat(lasting(9, 1_200)).isZero();
  }

  @Test
  void whatBecomesWorseIsShownSoonAndWhatBecomesBetterLate() {
    // Given
    rate.note(100, 0);

    // Then
    assertThat(lasting(500, 29)).isEqualTo(100);
    assertThat(lasting(500, 5)).isEqualTo(500);
    assertThat(lasting(100, 599)).isEqualTo(500);
    assertThat(lasting(100, 5)).isEqualTo(100);
  }

  @Test
  void aLoadThatComesAndGoesIsShownByItsWorseSide() {
    // Given
    rate.note(100, 0);

    // When: a minute of each
    int changes = changes(7_200, () -> second / 60 % 2 == 0 ? 1_000 : 100);

    // Then
    assertThat(changes).isEqualTo(1);
    assertThat(lasting(1_000, 1)).isEqualTo(1_000);
  }

  @Test
  void lessCanBeTheWorseSide() {
    // Given
    var window = new Steady(2, false);
    window.note(600, 0);

    // When
    window.note(100, TimeUnit.SECONDS.toNanos(1));

    // Then
    assertThat(window.note(100, TimeUnit.SECONDS.toNanos(31))).isEqualTo(100);
  }

  private double lasting(double value, int seconds) {
    double shown = -1;
    for (int i = 0; i <= seconds; i++) {
      shown = rate.note(value, TimeUnit.SECONDS.toNanos(second++));
    }
    return shown;
  }

  private int changes(int seconds, DoubleSupplier values) {
    int changes = 0;
    double before = rate.note(-1, 0);
    for (int i = 0; i < seconds; i++) {
      double now = rate.note(values.getAsDouble(), TimeUnit.SECONDS.toNanos(second++));
      changes += now == before ? 0 : 1;
      before = now;
    }
    return changes;
  }
}
