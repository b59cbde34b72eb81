package dev.millrace.local.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A real kubectl, run against one API. */
final class Kubectl {
  /** What a run printed, and how it ended. */
  record Result(int exitCode, String output) {}

  private final Path binary;
  private final Path kubeconfig;
  private final Path home;

  private Kubectl(Path binary, Path kubeconfig, Path home) {
    this.binary = binary;
    this.kubeconfig = kubeconfig;
    this.home = home;
  }

  /** Skips the test where there is none, and says so. */
  static Kubectl assumed(Path kubeconfig, Path home) {
    String assets = System.getenv("KUBEBUILDER_ASSETS");
    Path binary = Path.of(assets == null ? "." : assets, "kubectl");
    Assumptions.assumeTrue(
        Files.isExecutable(binary), "KUBEBUILDER_ASSETS names no folder with a kubectl");
    return new Kubectl(binary, kubeconfig, home);
  }

  Result run(Map<String, String> environment, String... arguments) {
    try {
      Process process = start(environment, arguments);
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(180, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Output and errors together, in the order in which they came. */
  String output(String... arguments) {
    return run(Map.of(), arguments).output();
  }

  Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(binary.toString());
    command.add("--kubeconfig=" + kubeconfig);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOME", home.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }
}
