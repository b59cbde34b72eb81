package dev.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.compat.BrokerUnderTest.Target;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients in other languages, installed below {@code target/} by their own package managers;
 * skipped where those are missing.
 */
@ExtendWith(BrokerUnderTest.class)
class ForeignClientTest {
  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(5);
  private static final Duration TRIP_LIMIT = Duration.ofMinutes(4);

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void librdkafkaGetsBackWhatItSent(String groupProtocol, Target target) {
    // Given
    Path clients = target.checkout().root().resolve("tests/compat/clients/python");
    Path venv = target.checkout().root().resolve("tests/compat/target/python");
    Path python = venv.resolve("bin/python");
    if (!Files.exists(venv.resolve("installed"))) {
      install(
          target, "python3 -m venv", List.of("python3", "-m", "venv", venv.toString()), Map.of());
      install(
          target,
          "pip install confluent-kafka",
          List.of(
              python.toString(),
              "-m",
              "pip",
              "install",
              "-q",
              "-r",
              clients.resolve("requirements.txt").toString()),
          Map.of());
      mark(venv.resolve("installed"));
    }

    // When
    Tool.Outcome outcome =
        trip(
            target,
            List.of(python.toString(), clients.resolve("roundtrip.py").toString()),
            groupProtocol);

    // Then
    expectPass(target, outcome);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void franzGoGetsBackWhatItSent(String groupProtocol, Target target) {
    // Given
    Path clients = target.checkout().root().resolve("tests/compat/clients/go");
    Path program = target.checkout().root().resolve("tests/compat/target/go/roundtrip");
    install(
        target,
        "go build",
        List.of("go", "build", "-C", clients.toString(), "-o", program.toString(), "."),
        Map.of("GOTOOLCHAIN", "local"));

    // When
    Tool.Outcome outcome = trip(target, List.of(program.toString()), groupProtocol);

    // Then
    expectPass(target, outcome);
  }

  private static Tool.Outcome trip(Target target, List<String> program, String groupProtocol) {
    List<String> command = new ArrayList<>(program);
    command.addAll(
        List.of(
            target.bootstrap(),
            "--records",
            "10000",
            "--partitions",
            "6",
            "--group-protocol",
            groupProtocol));
    return new Tool(target.folder()).run(TRIP_LIMIT, command);
  }

  private static void expectPass(Target target, Tool.Outcome outcome) {
    target.report(outcome.output().strip());
    assertThat(outcome.exitCode()).as(outcome.output() + outcome.errors()).isZero();
    assertThat(outcome.output()).contains(": PASS 10000 records");
  }

  /**
   * Whatever keeps the client from being installed is a reason to skip, not a fault of the
   * broker's.
   */
  private static void install(
      Target target, String what, List<String> command, Map<String, String> environment) {
    String missing = "";
    try {
      Tool.Outcome outcome = new Tool(target.folder()).run(INSTALL_LIMIT, command, "", environment);
      if (outcome.exitCode() != 0) {
        missing = outcome.output() + outcome.errors();
      }
    } catch (UncheckedIOException e) {
      missing = e.toString();
    }
    if (!missing.isEmpty()) {
      target.report(what + ": SKIPPED " + missing.lines().findFirst().orElse(""));
    }
    assumeTrue(missing.isEmpty(), what + " does not work here: " + missing);
  }

  private static void mark(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
