package dev.millrace.bench;

import dev.millrace.launch.Checkout;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * librdkafka through its Python binding, installed below {@code target/}: a client that costs much
 * less than the Java one.
 */
final class Librdkafka {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /**
   * It is several times faster than the Java client, so that as many records would be over too
   * soon.
   */
  private static final int RECORDS_FACTOR = 2;

  private final Path python;
  private final Path script;
  private final Path folder;

  private Librdkafka(Path python, Path script, Path folder) {
    this.python = python;
    this.script = script;
    this.folder = folder;
  }

  /** Installs it unless it is there; without Python or a package index there is none. */
  static Optional<Librdkafka> install(Checkout checkout, Path folder) {
    Path bench = checkout.root().resolve("tests/bench");
    Path venv = bench.resolve("target/python");
    Path python = venv.resolve("bin/python");
    Path installed = venv.resolve("installed");
    Tool tool = new Tool(folder);
    try {
      if (!Files.exists(installed)) {
        tool.run(LIMIT, List.of("python3", "-m", "venv", venv.toString())).orThrow("venv");
        String requirements = bench.resolve("clients/requirements.txt").toString();
        tool.run(
                LIMIT, List.of(python.toString(), "-m", "pip", "install", "-q", "-r", requirements))
            .orThrow("pip");
        Files.createFile(installed);
      }
      return Optional.of(new Librdkafka(python, bench.resolve("clients/librdkafka.py"), folder));
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      System.err.println("without librdkafka: " + e.getMessage());
      return Optional.empty();
    }
  }

  Workload produce(Effort effort, String codec, boolean tls) {
    return new Client(
        "librdkafka produce" + overTls(tls) + ", 1 KiB, " + codec,
        effort.toolRecords() * RECORDS_FACTOR,
        codec,
        tls);
  }

  Workload consume(Effort effort, boolean tls) {
    return new Client(
        "librdkafka consume" + overTls(tls) + ", 1 KiB", effort.fillRecords(), null, tls);
  }

  private static String overTls(boolean tls) {
    return tls ? " over TLS" : "";
  }

  private final class Client implements Workload {
    private final String title;
    private final int records;
    private final @Nullable String codec;
    private final boolean tls;
    private String topic = Contender.FILLED;

    Client(String title, int records, @Nullable String codec, boolean tls) {
      this.tls = tls;
      this.title = title;
      this.records = records;
      this.codec = codec;
    }

    @Override
    public Section section() {
      return codec == null ? Section.CONSUME : Section.PRODUCE;
    }

    @Override
    public String title() {
      return title;
    }

    @Override
    public void prepare(Contender contender) throws IOException {
      if (codec != null) {
        topic = contender.freshName();
        contender.create(topic, 1);
        BackedMemory.prepare(records * 1024L);
      }
    }

    @Override
    public Moved run(Contender contender) throws IOException {
      List<String> command = new ArrayList<>(List.of(python.toString(), script.toString()));
      if (tls) {
        command.add("--trust=" + contender.tls().authority());
      }
      command.add(codec == null ? "consume" : "produce");
      command.addAll(List.of(contender.bootstrap(tls), topic, Integer.toString(records)));
      if (codec != null) {
        command.add(codec);
      }
      String[] figures =
          new Tool(folder).run(LIMIT, command).orThrow(title).output().strip().split(" ");
      return new Moved(Long.parseLong(figures[0]), Double.parseDouble(figures[1]));
    }

    @Override
    public void cleanUp(Contender contender) throws IOException {
      if (codec != null) {
        contender.delete(topic);
      }
    }
  }
}
