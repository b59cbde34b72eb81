package dev.millrace.bench;

import dev.millrace.bench.Figures.Row;
import dev.millrace.bench.RecoveryTrial.Start;
import dev.millrace.launch.Checkout;
import dev.millrace.launch.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a broker that was killed while it was written to has to do before it serves again. */
@Command(
    name = "unclean",
    mixinStandardHelpOptions = true,
    description = "Fills each broker, kills it (SIGKILL) and starts it again.")
final class UncleanShutdown implements Callable<Integer> {
  private static final String SECTION = "Recovery";

  @Option(
      names = "--gb",
      defaultValue = "20",
      description = "10^9 bytes of record values in each broker (${DEFAULT-VALUE})")
  private double gigabytes;

  @Option(
      names = "--partitions",
      defaultValue = "1000",
      description = "that they are spread over (${DEFAULT-VALUE})")
  private int partitions;

  @Option(
      names = "--idle-seconds",
      defaultValue = "75",
      description =
          "before a second kill, so that the checkpoint is written; 0: none (${DEFAULT-VALUE})")
  private int idleSeconds;

  @Option(names = "--rounds", defaultValue = "1", description = "on every peer (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--peers",
      split = ",",
      defaultValue = "millrace,kafka",
      description = "ratio is first to second (${DEFAULT-VALUE})")
  private List<String> peers = List.of();

  @Mixin private final Places places = new Places();

  private final Figures figures = new Figures();

  @Override
  public Integer call() throws IOException {
    Checkout checkout = Checkout.find();
    Instant start = Instant.now();
    try (RunFolder run = RunFolder.below(places.data(checkout))) {
      for (int round = 0; round < rounds; round++) {
        Contest contest = new Contest(checkout, run.path().resolve("round-" + round), List.of());
        List<Peer> contenders = contest.peers(peers);
        run.add(contenders);
        for (Peer peer : round % 2 == 0 ? contenders : contenders.reversed()) {
          measure(peer);
          // The disk has to hold one broker's data, not all of them.
          RunFolder.delete(peer.data());
        }
      }
      String report = heading(checkout, run.path(), start) + report();
      places.publish(report);
      return 0;
    }
  }

  private void measure(Peer peer) throws IOException {
    RecoveryTrial trial = new RecoveryTrial(peer, partitions);
    trial.fill((long) (gigabytes * 1e9));
    tell(peer, "filled");
    killAndStart("killed while it was written to", peer, trial);
    if (idleSeconds > 0) {
      LockSupport.parkNanos(Duration.ofSeconds(idleSeconds).toNanos());
      killAndStart("killed when idle", peer, trial);
    }
    peer.stop();
    add("stopped", peer, trial.start());
    peer.stop();
  }

  private void killAndStart(String how, Peer peer, RecoveryTrial trial) throws IOException {
    peer.kill();
    add(how, "record values", "MB", 0, peer, trial.writtenBytes() / 1e6);
    add(how, "not covered by the checkpoint", "MB", 0, peer, trial.uncoveredBytes() / 1e6);
    Start start = trial.start();
    tell(peer, String.format(Locale.ROOT, "%s, back in %.2f s", how, start.seconds()));
    add(how, peer, start);
  }

  private void add(String when, Peer peer, Start start) {
    add(when, "process start → all partitions answer", "s", 2, peer, start.seconds());
    add(when, "read by then", "MB", 0, peer, start.reads().readBytes() / 1e6);
    add(when, "of it from the disk", "MB", 0, peer, start.reads().diskBytes() / 1e6);
    add(when, "CPU by then", "s", 2, peer, start.cpuSeconds());
  }

  private void add(String when, String what, String unit, int decimals, Peer peer, double value) {
    figures.add(new Row(SECTION, when + ": " + what, unit, decimals), peer.name(), value);
  }

  private static void tell(Peer peer, String what) {
    System.err.println(peer.name() + ": " + what);
  }

  private String report() {
    List<String> names =
        figures.values().values().stream()
            .flatMap(row -> row.keySet().stream())
            .distinct()
            .toList();
    return new Report(figures, names, new Targets(List.of())).markdown();
  }

  private String heading(Checkout checkout, Path folder, Instant start) throws IOException {
    return String.format(
        Locale.ROOT,
        """
        # Recovery after a kill

        `tests/bench/run unclean --gb %s --partitions %d --idle-seconds %d --rounds %d --peers %s` at %s, %s, %d s in all.
        Machine: %s.

        One broker with its defaults at a time: a topic of %d partitions is filled with %s GB of record values of 1 KiB in batches of 64 KiB, acks=all; then the broker is killed
        at once and started again; left alone for %d seconds, killed and started again; stopped and started. All partitions answer when each tells the end offset that was acknowledged before the kill (or more); fewer
        fail the run. *Read* is what read system calls returned (`rchar` of `/proc/PID/io`), the program's own jars included; what the page cache still holds does not come from
        the disk. Median (least–greatest) of %d rounds. Ratio: first to second column.

        """,
        plain(gigabytes),
        partitions,
        idleSeconds,
        rounds,
        String.join(",", peers),
        Machine.commit(checkout, folder),
        start.truncatedTo(ChronoUnit.MINUTES),
        Duration.between(start, Instant.now()).toSeconds(),
        Machine.describe(folder),
        partitions,
        plain(gigabytes),
        idleSeconds,
        rounds);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
