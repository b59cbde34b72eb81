package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdempotenceTest {
  @TempDir Path directory;
  private LogFixture fixture;

  @BeforeEach
  void open() {
    fixture = new LogFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private ByteBuffer batch(int epoch, int sequence) {
    return TestBatches.idempotent(1, epoch, sequence, fixture.time.milliseconds(), "a", "b");
  }

  @Test
  void answersARepetitionWithTheOldOffsetsAndAppendsNothing() {
    // Given
    fixture.append("other");
    AppendInfo first = fixture.append(batch(0, 0));
    for (int i = 1; i < 5; i++) {
      fixture.append(batch(0, 2 * i));
    }
    long size = fixture.log().sizeBytes();

    // When
    AppendInfo again = fixture.append(batch(0, 0));

    // Then
    assertThat(again.duplicate()).isTrue();
    assertThat(again.firstOffset()).isEqualTo(first.firstOffset());
    assertThat(again.lastOffset()).isEqualTo(first.lastOffset());
    assertThat(again.bytes()).isZero();
    assertThat(fixture.log().sizeBytes()).isEqualTo(size);
  }

  @Test
  void findsARepetitionOfWhatWasFollowedByMoreThanIsRemembered() {
    // Given
    fixture.append("other");
    AppendInfo first = fixture.append(batch(0, 0));
    for (int i = 1; i < 20; i++) {
      fixture.append(batch(0, 2 * i));
      fixture.append("other");
    }
    long size = fixture.log().sizeBytes();

    // When
    AppendInfo again = fixture.append(batch(0, 0));

    // Then
    assertThat(again.duplicate()).isTrue();
    assertThat(again.firstOffset()).isEqualTo(first.firstOffset());
    assertThat(again.lastOffset()).isEqualTo(first.lastOffset());
    assertThat(fixture.log().sizeBytes()).isEqualTo(size);
    assertThatThrownBy(
            () -> fixture.append(TestBatches.idempotent(1, 0, 1, fixture.time.milliseconds(), "b")))
        .as("a part of it is no repetition")
        .isInstanceOf(OutOfOrderSequenceException.class);
  }

  @Test
  void refusesWhatComesTooLateAndIsNotThere() {
    // Given: a producer that was forgotten goes on at 100
    fixture.append("other");
    for (int i = 50; i < 70; i++) {
      fixture.append(batch(0, 2 * i));
    }

    // When / Then
    assertThatThrownBy(() -> fixture.append(batch(0, 98)))
        .isInstanceOf(OutOfOrderSequenceException.class);
  }

  @Test
  void findsARepetitionThatARestartMadeItForget() {
    // Given
    AppendInfo first = fixture.append(batch(0, 0));
    fixture.append(batch(0, 2));
    fixture.append(batch(0, 4));

    // When
    fixture.reopen();

    // Then
    assertThat(fixture.append(batch(0, 0)).firstOffset()).isEqualTo(first.firstOffset());
    assertThat(fixture.append(batch(0, 6)).duplicate()).isFalse();
  }

  @Test
  void refusesAGapInSequenceNumbers() {
    // Given
    fixture.append(batch(0, 0));

    // When / Then
    assertThatThrownBy(() -> fixture.append(batch(0, 4)))
        .isInstanceOf(OutOfOrderSequenceException.class);
    assertThat(fixture.append(batch(0, 2)).firstOffset()).isEqualTo(2);
  }

  @Test
  void refusesWhatIsNotAProducersFirstWhereNothingWasEverWritten() {
    // When / Then
    assertThatThrownBy(() -> fixture.append(batch(0, 2)))
        .isInstanceOf(OutOfOrderSequenceException.class)
        .hasMessageContaining("begins at sequence number 2");
    assertThat(fixture.append(batch(0, 0)).firstOffset()).isZero();
    assertThat(fixture.append(batch(0, 2)).firstOffset()).isEqualTo(2);
  }

  @Test
  void takesAnUnknownProducerAtAnySequenceNumberWhereItMayHaveBeenForgotten() {
    // Given
    fixture.append("other");

    // When / Then
    assertThat(fixture.append(batch(0, 100)).firstOffset()).isEqualTo(1);
  }

  @Test
  void refusesAnEpochThatHasBeenReplaced() {
    // Given
    fixture.append(batch(1, 0));

    // When / Then
    assertThatThrownBy(() -> fixture.append(batch(0, 2)))
        .isInstanceOf(InvalidProducerEpochException.class);
  }

  @Test
  void remembersAcrossACleanRestart() {
    // Given
    AppendInfo first = fixture.append(batch(0, 0));

    // When
    fixture.reopen();

    // Then
    assertThat(fixture.append(batch(0, 0)).firstOffset()).isEqualTo(first.firstOffset());
    assertThat(fixture.append(batch(0, 2)).duplicate()).isFalse();
  }

  @Test
  void forgetsAProducerThatHasBeenSilentForLong() {
    // Given
    fixture.append(batch(0, 0));

    // When
    fixture.time.advance(86_400_001);
    fixture.manager().checkpointOffsets();

    // Then
    assertThat(fixture.log().activeProducers()).isEmpty();
  }
}
