package dev.millrace.e2e;

import dev.millrace.image.ImageBuilder;
import dev.millrace.image.ImageSpec;
import dev.millrace.launch.Checkout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Kafka's own tools as an image, made by the recipe that makes ours. Stateless. */
public final class ToolsImage {

  /** What pods call it. */
  public static final String NAME = "millrace.dev/kafka-tools:TEST";

  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.logging",
          "java.management",
          "java.naming",
          "java.security.jgss",
          "java.security.sasl",
          "java.sql",
          "java.xml",
          "jdk.management",
          "jdk.unsupported");

  private ToolsImage() {}

  /** Builds it into a folder; returns the archive. */
  public static Path build(Checkout checkout, Path folder) {
    List<Path> jars =
        Arrays.stream(checkout.classPath("kafka-tools").split(":"))
            .map(Path::of)
            // It wants java.desktop, which wants the libraries of a screen; the log goes to
            // SLF4J's.
            .filter(jar -> !jar.getFileName().toString().startsWith("log4j-core"))
            .toList();
    Path archive = folder.resolve("kafka-tools.tar");
    new ImageBuilder(folder.resolve("kafka-tools"))
        .build(
            new ImageSpec(
                NAME,
                "Kafka's command-line tools",
                new TreeSet<>(MODULES),
                jars,
                List.of(),
                List.of(
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                "",
                List.of(),
                List.of()),
            archive);
    return archive;
  }
}
