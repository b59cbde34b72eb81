package dev.millrace.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kafka's dump tool over a partition's directory, run from the jars that the build puts into {@code
 * target/dump-tool}. It writes to the standard output, so it is for one test at a time.
 */
final class KafkaDump {
  private static final String FAULT =
      "(?i).*(mismatch|out of order|not found|invalid bytes|corrupt|isvalid: false|non-consecutive|missing|error|exception).*";

  private KafkaDump() {}

  /** What the tool says of all segments, indexes and snapshots. */
  static String of(Path partitionDirectory) throws IOException {
    String files;
    try (Stream<Path> list = Files.list(partitionDirectory)) {
      files =
          list.map(Path::toString)
              .filter(name -> name.matches(".*\\.(log|index|timeindex|txnindex|snapshot)"))
              .sorted()
              .collect(Collectors.joining(","));
    }
    return run("--deep-iteration", "--files", files);
  }

  private static String run(String... arguments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    Thread thread = Thread.currentThread();
    ClassLoader loaderBefore = thread.getContextClassLoader();
    try (URLClassLoader tool = new URLClassLoader(jars(), ClassLoader.getPlatformClassLoader());
        PrintStream captured = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      System.setOut(captured);
      System.setErr(captured);
      thread.setContextClassLoader(tool);
      tool.loadClass("org.apache.kafka.tools.DumpLogSegments")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (ReflectiveOperationException e) {
      throw new IOException("The dump tool failed", e);
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
      thread.setContextClassLoader(loaderBefore);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static URL[] jars() throws IOException {
    List<URL> urls = new ArrayList<>();
    try (Stream<Path> jars = Files.list(Path.of("target", "dump-tool"))) {
      for (Path jar : jars.toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
    return urls.toArray(URL[]::new);
  }

  /**
   * Lines in which the tool complains. It expects every segment's records to follow offset -1; that
   * isn't one.
   */
  static List<String> faults(String dump) {
    List<String> lines = dump.lines().filter(line -> !line.startsWith("SLF4J")).toList();
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      boolean firstOfSegment =
          lines.get(i).startsWith("Non-consecutive offsets")
              && lines.get(i + 1).contains(" -1 is followed by ");
      if (lines.get(i).matches(FAULT) && !firstOfSegment) {
        faults.add(lines.get(i));
      }
    }
    return faults;
  }
}
