package dev.millrace.bench;

import dev.millrace.launch.Checkout;
import dev.millrace.launch.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the benchmark; {@code tests/bench/run} builds and starts it. */
@Command(
    name = "tests/bench/run",
    mixinStandardHelpOptions = true,
    subcommands = UncleanShutdown.class,
    description = "Measures brokers side by side on this machine.")
final class BenchMain implements Callable<Integer> {
  @Option(
      names = "--short",
      description = "only show that everything runs; the figures mean nothing")
  private boolean quick;

  @Option(
      names = "--peers",
      split = ",",
      defaultValue = "millrace,kafka",
      description = "ratio is first to second (${DEFAULT-VALUE})")
  private List<String> peers = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "4",
      description = "turns of each workload on each peer (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "4",
      description = "of a raw workload's turn (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--only",
      defaultValue = "",
      description = "workloads whose title has this pattern")
  private String only = "";

  @Option(
      names = "--millrace-jvm",
      split = " ",
      description = "more JVM options for Millrace: another collector, a profiler")
  private List<String> millraceJvm = List.of();

  @Option(
      names = "--partitions",
      defaultValue = "0",
      description = "also a trial with so many, 10000 for one; it takes long")
  private int partitions;

  @Option(
      names = "--gb",
      defaultValue = "2",
      description = "10^9 bytes of record values in those (${DEFAULT-VALUE})")
  private double gigabytes;

  @Option(names = "--no-start", description = "leave out start-up and idle memory")
  private boolean noStart;

  @Mixin private final Places places = new Places();

  private List<String> command = List.of();
  private final List<String> failures = new ArrayList<>();

  public static void main(String[] args) {
    BenchMain main = new BenchMain();
    main.command = List.of(args);
    System.exit(new CommandLine(main).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Checkout checkout = Checkout.find();
    Instant start = Instant.now();
    try (RunFolder folder = RunFolder.below(places.data(checkout))) {
      String report = measure(checkout, folder, start);
      places.publish(report);
      return failures.isEmpty() ? 0 : 1;
    }
  }

  private String measure(Checkout checkout, RunFolder run, Instant start) throws IOException {
    Path folder = run.path();
    Effort effort = quick ? Effort.shortRun() : Effort.full(rounds, Duration.ofSeconds(seconds));
    Catalogue catalogue =
        Catalogue.of(
            effort,
            new PerfTool(checkout, folder),
            Librdkafka.install(checkout, folder),
            trials(effort, folder),
            Pattern.compile(only));
    Suite suite = new Suite(effort, catalogue, System.err::println);
    Contest contest = new Contest(checkout, folder, millraceJvm);
    List<Peer> contenders = contest.peers(peers);
    List<Peer> all = new ArrayList<>(contenders);
    if (!noStart && !quick) {
      all.addAll(contest.peers(List.of("kafka-small")));
    }
    run.add(all);
    if (!noStart) {
      suite.starts(all);
    }
    suite.load(contenders);
    if (!catalogue.encrypted().isEmpty()) {
      List<Peer> encrypting = contest.tlsPeers(peers);
      run.add(encrypting);
      suite.encrypted(encrypting);
    }
    failures.addAll(suite.trials(contest, peers, run));
    List<String> names = new ArrayList<>(all.stream().map(Peer::name).toList());
    suite.figures().values().values().stream()
        .flatMap(row -> row.keySet().stream())
        .filter(name -> !names.contains(name))
        .distinct()
        .forEach(names::add);
    Report report = new Report(suite.figures(), names, Targets.ofMillrace());
    return heading(checkout, folder, effort, start)
        + places.publishCharts(new Plots(report).svgs())
        + report.markdown()
        + (failures.isEmpty() ? "" : "\n**Failed:** " + String.join("; ", failures) + ".\n");
  }

  private List<Trial> trials(Effort effort, Path folder) {
    List<Trial> all = new ArrayList<>();
    all.add(new PartitionsTrial(effort, effort.manyPartitions(), effort.maxBytes()));
    if (partitions > 0) {
      all.add(new PartitionsTrial(effort, partitions, (long) (gigabytes * 1e9)));
    }
    all.add(new HeapTrial(effort, new LiveHeap(folder)));
    all.add(new ColdReadTrial(effort));
    all.add(new HotSetTrial(effort));
    return all;
  }

  private String heading(Checkout checkout, Path folder, Effort effort, Instant start)
      throws IOException {
    String commit = Machine.commit(checkout, folder);
    return String.format(
        Locale.ROOT,
        """
        # Brokers side by side

        `tests/bench/run %s` at %s, %s, %d s in all. %s.
        Machine: %s.

        One broker of each kind with its defaults on the same machine and disk, Millrace with the options and an AOT cache as in its image, Kafka as its start script has it (but for a short `log.segment.delete.delay.ms`, so that turns find memory in use before); both running, one busy at a time, in turns A B B A; what starts or stops brokers has new ones, one at a time. Median (least–greatest) of %d turns%s.
        MB = 10^6, GB = 10^9 bytes of record values, 1 KiB each. CPU is the broker's process alone (user and kernel, `/proc/PID/stat`). Produce is acks=all; raw clients keep 5 requests
        in flight and send batches that were encoded before; raw fetches are one at a time, and the client throws their records away in the kernel. *Bare sendfile loop*: a process that
        does nothing but send a file from the page cache, 1 MiB a call, read by the same client over as many connections: the limit. *%s*: used by neither broker nor client, what the host stole included; clients share the cores
        with the broker, so CPU-s/GB is what tells brokers apart and MB/s is a lower bound. Ratio: the first contender's median by the next one's; *first* in a target: the first's own figure.

        """,
        String.join(" ", command),
        commit,
        start.truncatedTo(ChronoUnit.MINUTES),
        Duration.between(start, Instant.now()).toSeconds(),
        quick ? "A short run: **its figures mean nothing**" : "A full run",
        Machine.describe(folder),
        effort.rounds(),
        effort.warmUp() ? " after one that was thrown away" : "",
        Meter.NOISE);
  }
}
