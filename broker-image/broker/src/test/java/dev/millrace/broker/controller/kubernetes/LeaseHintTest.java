package dev.millrace.broker.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.controller.Faults;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseHintTest {
  private static final Duration DURATION = Duration.ofSeconds(4);

  private final AtomicLong now = new AtomicLong();
  private final Faults faults = new Faults();
  private final KubeApi api = new FaultyKubeApi(new InMemoryKubeApi(), faults, 0);
  private final LeaseHint one = lease("1");
  private final LeaseHint two = lease("2");

  private LeaseHint lease(String holder) {
    return new LeaseHint(
        api, new RingLayout("default", "events", 8), holder, DURATION, now::get, Clock.systemUTC());
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void theFirstToAskHoldsItAndTheOtherDoesNot() throws Exception {
    assertThat(one.tryHold()).isTrue();
    assertThat(two.tryHold()).isFalse();
  }

  @Test
  void aHolderWhoRenewsKeepsIt() throws Exception {
    // Given
    one.tryHold();

    // When
    for (int i = 0; i < 20; i++) {
      pass(Duration.ofSeconds(1));

      // Then
      assertThat(one.tryHold()).isTrue();
      assertThat(two.tryHold()).isFalse();
    }
  }

  @Test
  void aHolderWhoFallsSilentLosesItAfterItsDuration() throws Exception {
    // Given
    one.tryHold();
    two.tryHold();

    // When, Then
    pass(Duration.ofMillis(3_900));
    assertThat(two.tryHold()).isFalse();
    pass(Duration.ofMillis(1_100));
    assertThat(two.tryHold()).isTrue();
    assertThat(one.tryHold()).isFalse();
  }

  @Test
  void aReleasedLeaseIsTakenAtTheNextLook() throws Exception {
    // Given
    one.tryHold();
    two.tryHold();

    // When
    one.release();
    pass(Duration.ofSeconds(1));

    // Then
    assertThat(two.tryHold()).isTrue();
  }

  @Test
  void aDeadHoldersLeaseIsTakenAtOnceByOneOfThoseWhoFoundItDead() throws Exception {
    // Given
    LeaseHint three = lease("3");
    one.tryHold();
    two.tryHold();
    three.tryHold();

    // When, Then
    assertThat(two.takeFrom("1")).isTrue();
    assertThat(three.takeFrom("1")).isFalse();
    assertThat(two.tryHold()).isTrue();
    assertThat(one.takeFrom("1")).isFalse();
  }

  @Test
  void anOutageGivesTheHolderItsWholeTimeAgain() throws Exception {
    // Given
    one.tryHold();
    two.tryHold();
    pass(Duration.ofSeconds(3));
    faults.beginOutage();
    assertThatThrownBy(two::tryHold).isInstanceOf(ApiException.Unreachable.class);
    pass(Duration.ofSeconds(60));

    // When
    faults.releaseAll();

    // Then
    assertThat(two.tryHold()).isFalse();
    assertThat(one.tryHold()).isTrue();
    pass(Duration.ofSeconds(3));
    assertThat(two.tryHold()).isFalse();
  }
}
