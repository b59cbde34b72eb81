package dev.millrace.bench;

import dev.millrace.launch.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a benchmark measures and where its report goes: options that all of them have. */
final class Places {
  @Option(names = "--output", description = "Markdown file to write besides printing it")
  private @Nullable Path output;

  @Option(
      names = "--data",
      description = "folder on the disk to measure on; default: tests/bench/target")
  private @Nullable Path data;

  Path data(Checkout checkout) {
    return data == null ? checkout.root().resolve("tests/bench/target") : data;
  }

  void publish(String report) throws IOException {
    System.out.println(report);
    if (output != null) {
      Files.createDirectories(output.toAbsolutePath().getParent());
      Files.writeString(output, report);
    }
  }
}
