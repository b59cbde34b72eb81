package dev.millrace.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The AOT cache (JEP 483, 514, 515) that a broker of ours is started with, for the jars of this
 * build, as its image has one for its own. Made once for every build and set of options, below
 * {@code tests/launch/millrace/target}; blocks for some seconds then. Used by one thread and one
 * process at a time.
 */
public final class AotCache {
  private static final String OPTION = "-XX:AOTCache=";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Checkout checkout;
  private final Path folder;

  public AotCache(Checkout checkout) {
    this.checkout = checkout;
    this.folder = checkout.root().resolve("tests/launch/millrace/target/aot");
  }

  /**
   * The option that has a JVM with {@code jvmOptions} use the cache.
   *
   * @throws IllegalStateException if the broker cannot be trained, or if a JVM would not take what
   *     came of it
   */
  public String option(List<String> jvmOptions) {
    try {
      Path cache = folder.resolve(key(jvmOptions) + ".aot");
      if (!Files.exists(cache)) {
        clear();
        Path fresh = folder.resolve("training.aot");
        train(jvmOptions, fresh);
        check(jvmOptions, fresh);
        Files.move(fresh, cache);
      }
      return OPTION + cache;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make an AOT cache in " + folder, e);
    }
  }

  /** What a JVM compares before it takes a cache, and a little more. */
  private String key(List<String> jvmOptions) throws IOException {
    StringBuilder all = new StringBuilder(Runtime.version() + " " + jvmOptions);
    for (String jar : checkout.classPath("millrace").split(":")) {
      Path path = Path.of(jar);
      all.append('\n').append(jar).append(' ').append(Files.size(path)).append(' ');
      all.append(Files.getLastModifiedTime(path).toMillis());
    }
    return UUID.nameUUIDFromBytes(all.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }

  private void clear() throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> old = Files.list(folder)) {
      for (Path one : old.filter(path -> path.toString().endsWith(".aot")).toList()) {
        Files.delete(one);
      }
    }
  }

  /** The broker writes the cache when it has stopped, so the work must be over by then. */
  private void train(List<String> jvmOptions, Path cache) throws IOException {
    Path work = Files.createTempDirectory(folder, "training-");
    List<String> recording =
        Stream.concat(Stream.of("-XX:AOTCacheOutput=" + cache), jvmOptions.stream()).toList();
    try (Peer broker = new Peers(checkout).millrace("training", work, recording, Map.of())) {
      broker.start();
      broker.awaitReady(LIMIT);
      new TrainingLoad(broker.bootstrap()).run();
      broker.stop();
    }
    if (!Files.exists(cache)) {
      throw new IllegalStateException(
          "the training made no AOT cache:\n" + Files.readString(work.resolve("broker.out")));
    }
    delete(work);
  }

  /** A JVM that cannot take a cache does without, and nobody would notice. */
  private void check(List<String> jvmOptions, Path cache) {
    List<String> strict =
        Stream.concat(Stream.of("-XX:AOTMode=on", OPTION + cache), jvmOptions.stream()).toList();
    new Tool(folder)
        .run(
            LIMIT,
            new JavaCommand(checkout.classPath("millrace"), strict, "-version").with(List.of()))
        .orThrow("using the AOT cache");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
