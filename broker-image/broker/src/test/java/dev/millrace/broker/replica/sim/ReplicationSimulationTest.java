package dev.millrace.broker.replica.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plays schedules of the replication protocol. A failure tells its seed and what happened; {@code
 * -Dmillrace.simulation.seed=…} plays that seed again, {@code -Dmillrace.simulation.seconds=…}
 * plays new ones for so long.
 */
class ReplicationSimulationTest {
  private static final String SEED = "millrace.simulation.seed";
  private static final String SECONDS = "millrace.simulation.seconds";
  private static final int FIXED_SEEDS = 60;
  private static final int SEEDS_TO_FIND_A_BUG = 1_000;

  @SuppressWarnings("NullAway.Init")
  private static QuietLogs quiet;

  @BeforeAll
  static void silence() throws ReflectiveOperationException {
    quiet = new QuietLogs();
  }

  @AfterAll
  static void speak() throws ReflectiveOperationException {
    quiet.close();
  }

  @Test
  void nothingAcknowledgedIsLostAndReplicasConverge() {
    // Given
    Long only = Long.getLong(SEED);
    if (only != null) {
      play(only);
      return;
    }
    // When, Then
    LongStream.rangeClosed(1, FIXED_SEEDS).parallel().forEach(ReplicationSimulationTest::play);
    long random = ThreadLocalRandom.current().nextLong(1L << 40);
    System.out.println("Replication simulation: random seeds from " + random);
    long until = System.nanoTime() + Duration.ofSeconds(Long.getLong(SECONDS, 0)).toNanos();
    AtomicLong next = new AtomicLong(random);
    // A schedule is one thread's, and knows of no other.
    IntStream.range(0, Runtime.getRuntime().availableProcessors())
        .parallel()
        .forEach(
            player -> {
              do {
                play(next.getAndIncrement());
              } while (System.nanoTime() < until);
            });
    long played = FIXED_SEEDS + next.get() - random;
    System.out.println("Replication simulation: " + played + " schedules");
  }

  private static Simulation.Outcome play(long seed) {
    try {
      return Simulation.play(SimSettings.of(seed, Mutation.NONE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aScheduleHasElectionsAcknowledgementsAndReads() {
    // When
    int acknowledged = 0;
    int reads = 0;
    int tenures = 0;
    for (long seed = 1; seed <= 10; seed++) {
      Simulation.Outcome outcome = play(seed);
      acknowledged += outcome.acknowledged();
      reads += outcome.reads();
      tenures += outcome.tenures();
    }
    // Then
    assertThat(acknowledged).isGreaterThan(100);
    assertThat(reads).isGreaterThan(100);
    assertThat(tenures).isGreaterThan(20);
  }

  @Test
  void aSeedPlaysTheSameAgain() {
    // When, Then
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(play(seed)).isEqualTo(play(seed));
    }
  }

  @ParameterizedTest
  @EnumSource(value = Mutation.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void findsABugThatIsPutIn(Mutation bug) throws IOException {
    // When
    for (int played = 0; played < SEEDS_TO_FIND_A_BUG; played++) {
      long seed = 1 + (bug.firstSeed() - 1 + played) % SEEDS_TO_FIND_A_BUG;
      try {
        Simulation.play(SimSettings.of(seed, bug));
      } catch (AssertionError found) {
        // Then
        assertThat(found).hasMessageContaining("seed " + seed);
        return;
      }
    }
    fail(bug + " was not found in " + SEEDS_TO_FIND_A_BUG + " schedules");
  }
}
