package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RackFileTest {
  @TempDir private Path directory = Path.of("");
  private Path file = Path.of("");
  private Duration passed = Duration.ZERO;
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void place() {
    file = directory.resolve("zone");
  }

  @Test
  void aRackThatIsThereIsTakenAtOnce() throws Exception {
    Files.writeString(file, "zone-1\n");

    assertThat(resolved("10000")).containsEntry("broker.rack", "zone-1");
    assertThat(passed).isZero();
  }

  @Test
  void aRackThatComesLaterIsWaitedFor() throws Exception {
    Files.writeString(file, "");
    meanwhile =
        () -> {
          if (passed.equals(Duration.ofSeconds(2))) {
            write("zone-2");
          }
        };

    assertThat(resolved("10000")).containsEntry("broker.rack", "zone-2");
    assertThat(passed).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void aRackThatDoesNotComeIsDoneWithoutAfterTheTimeThatWasSet() throws Exception {
    assertThat(resolved("10000")).doesNotContainKey("broker.rack");
    assertThat(passed).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void nothingIsWaitedForWhereNobodyBringsIt() throws Exception {
    assertThat(resolved("0")).doesNotContainKey("broker.rack");
    assertThat(passed).isZero();
  }

  @Test
  void aRackThatIsNamedIsNotLookedFor() throws Exception {
    Files.writeString(file, "zone-1");
    var settings = new HashMap<>(settings("10000"));
    settings.put("broker.rack", "mine");

    assertThat(new RackFile(this::pass).resolve(settings)).isEqualTo(settings);
  }

  @Test
  void aTimeThatIsNoneIsRefused() {
    assertThatThrownBy(() -> resolved("soon"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("broker.rack.wait.ms: soon is not a number");
  }

  private Map<String, String> resolved(String wait) throws InterruptedException {
    return new RackFile(this::pass).resolve(settings(wait));
  }

  private Map<String, String> settings(String wait) {
    return Map.of("broker.rack.file", file.toString(), "broker.rack.wait.ms", wait);
  }

  private void pass(Duration moment) {
    passed = passed.plus(moment);
    meanwhile.run();
  }

  private void write(String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
