package dev.millrace.bench;

import dev.millrace.launch.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

  /**
   * Writes charts beside the report's file, if it has one; returns the Markdown that shows them.
   */
  String publishCharts(Map<String, String> svgs) throws IOException {
    if (output == null) {
      return "";
    }
    String stem = output.getFileName().toString().replaceFirst("\\.md$", "");
    Files.createDirectories(output.toAbsolutePath().getParent());
    StringBuilder links = new StringBuilder();
    for (Map.Entry<String, String> svg : svgs.entrySet()) {
      String name = stem + "-" + svg.getKey() + ".svg";
      Files.writeString(output.resolveSibling(name), svg.getValue());
      links.append("![").append(svg.getKey()).append("](").append(name).append(")\n\n");
    }
    return links.toString();
  }

  void publish(String report) throws IOException {
    System.out.println(report);
    if (output != null) {
      Files.createDirectories(output.toAbsolutePath().getParent());
      Files.writeString(output, report);
    }
  }
}
