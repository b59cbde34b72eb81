package dev.millrace.plugin.command;

import dev.millrace.plugin.bundle.Bundle;
import dev.millrace.plugin.bundle.Collector;
import dev.millrace.plugin.model.ClusterView;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Packs what helps others to help. */
@Command(
    name = "diagnose",
    description = {
      "Writes a support bundle: the cluster's objects, events, logs and what its brokers tell.",
      "Secrets are never read, and values that look like secrets are replaced by [removed]. Needs"
          + " rights to read only; what may not be read is named in the bundle."
    })
final class DiagnoseCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
  private static final int KIBI = 1024;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to; default: millrace-CLUSTER-TIME.tar.gz here.")
  private @Nullable Path output;

  @Option(
      names = "--operator-namespace",
      paramLabel = "NAMESPACE",
      defaultValue = "millrace",
      description = "Where the operator is; default: ${DEFAULT-VALUE}.")
  private String operatorNamespace = "millrace";

  @Option(
      names = "--log-lines",
      paramLabel = "NUMBER",
      defaultValue = "5000",
      description = "The newest so many of each container's log; default: ${DEFAULT-VALUE}.")
  private int logLines = 5000;

  @Mixin private ClusterArgument cluster = new ClusterArgument();
  @Mixin private Connection connection = new Connection();
  @Mixin private Screen screen = new Screen();

  @Override
  public Integer call() throws IOException {
    Instant now = Clock.systemUTC().instant();
    try (Session session = connection.open()) {
      ClusterView found = cluster.find(session);
      String folder = "millrace-" + found.name() + "-" + STAMP.format(now);
      Path file = output == null ? Path.of(folder + ".tar.gz") : output;
      var collector =
          new Collector(
              session.api(), found.namespace(), found.name(), operatorNamespace, logLines);
      try (var bundle = new Bundle(file, folder, now)) {
        collector.collect(bundle);
        List<String> summary = summary(bundle);
        bundle.text("contents.txt", String.join("\n", summary) + "\n");
        screen.print(summary);
      } catch (FileAlreadyExistsException e) {
        throw new Exit.ExitException(Exit.FAILED, file + " is there already");
      }
      screen.say(
          "Wrote %s (%d KiB). Look through it before you hand it on."
              .formatted(file, Math.max(1, Files.size(file) / KIBI)));
      return Exit.DONE;
    }
  }

  private static List<String> summary(Bundle bundle) {
    List<String> lines = new ArrayList<>();
    bundle.entries().forEach(entry -> lines.add("%9d  %s".formatted(entry.bytes(), entry.name())));
    lines.add("");
    lines.add("%d values that look like secrets were removed".formatted(bundle.removed()));
    bundle
        .missing()
        .forEach(
            missing -> lines.add("not in it: %s: %s".formatted(missing.name(), missing.reason())));
    return lines;
  }
}
