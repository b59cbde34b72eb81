package dev.millrace.faults.run;

import dev.millrace.e2e.HostNames;
import dev.millrace.e2e.Installation;
import dev.millrace.e2e.Kubectl;
import dev.millrace.e2e.TestCluster;
import dev.millrace.faults.cluster.Arena;
import dev.millrace.faults.fault.FaultPlan;
import dev.millrace.faults.fault.Injector;
import dev.millrace.faults.fault.Kind;
import dev.millrace.faults.workload.ClientSettings;
import dev.millrace.faults.workload.Load;
import dev.millrace.faults.workload.Topics;
import dev.millrace.launch.Checkout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code tests/faults/run}. Exit code 1 says that something was violated. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Faults on a real cluster under a workload that notices what they break.")
public final class FaultsMain implements Callable<Integer> {
  /** What is run. */
  enum Mode {
    /** Faults one after the other, and a verdict. */
    faults,
    /** SIGKILL of one broker after the other: how long producers wait. */
    kill,
    /** Planned restarts of one broker after the other: how long producers wait. */
    restart,
    /** What operators of clusters do by day, one after the other, and a verdict. */
    daytwo
  }

  @Option(names = "--mode", description = "${COMPLETION-CANDIDATES}")
  private Mode mode = Mode.faults;

  @Option(names = "--minutes", description = "how long faults go on")
  private double minutes = 30;

  @Option(names = "--ci", description = "five minutes of a fixed set of faults")
  private boolean ci;

  @Option(
      names = "--seed",
      description = "what the sequence of faults follows from; a random one if not given")
  private @Nullable Long seed;

  @Option(
      names = "--faults",
      split = ",",
      description = "kinds of faults; all that impair one broker if not given")
  private List<String> faults = List.of();

  @Option(names = "--combined", description = "also two or three faults at once")
  private boolean combined;

  @Option(names = "--times", description = "kills, or rounds of restarts")
  private int times = 20;

  @Option(names = "--topics")
  private int topics = 3;

  @Option(names = "--partitions", description = "of each topic")
  private int partitions = 4;

  @Option(names = "--replicas")
  private int replicas = 3;

  @Option(names = "--min-isr")
  private int minIsr = 2;

  @Option(names = "--producers")
  private int producers = 4;

  @Option(names = "--rate", description = "records a second of all producers together")
  private int rate = 1000;

  @Option(names = "--value-size", description = "bytes")
  private int valueSize = 200;

  @Option(names = "--request-timeout", description = "seconds; of clients")
  private int requestTimeout = 10;

  @Option(names = "--group-protocol", description = "classic or consumer")
  private String groupProtocol = "classic";

  @Option(names = "--memory", description = "of a broker")
  private String memory = "512Mi";

  @Option(
      names = "--install",
      description = "first load the images that -Pimage built and install the operator")
  private boolean install;

  /** Starts a run. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FaultsMain()).execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    long drawn = seed == null ? new SplittableRandom().nextInt(1_000_000) : seed;
    Checkout checkout = Checkout.find();
    Path target = checkout.root().resolve("tests/faults/target");
    Journal journal = new Journal(target.resolve("run-" + mode + "-" + drawn), System.out);
    TestCluster cluster =
        TestCluster.configured(System.getenv(), target.resolve("tools"))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        TestCluster.VARIABLE + " names no script that starts a cluster"));
    Kubectl kubectl = cluster.kubectl("default");
    Installation installation = new Installation(checkout, cluster, kubectl);
    if (install) {
      installation.loadImages();
      installation.install();
    }
    journal.report(
        "%s, seed %d: %d topics of %d partitions, RF %d, min ISR %d; %d producers, %d records/s%n"
            .formatted(mode, drawn, topics, partitions, replicas, minIsr, producers, rate));
    try (Arena arena =
        new Arena(
            cluster,
            kubectl,
            new HostNames(Path.of(System.getProperty("jdk.net.hosts.file"))),
            mode == Mode.daytwo ? DayTwoRun.SPARE : 0)) {
      arena.setUp(memory);
      Load load =
          new Load(
              producers,
              rate,
              valueSize,
              Duration.ofSeconds(120),
              Duration.ofSeconds(requestTimeout),
              groupProtocol);
      Stage stage =
          new Stage(
              arena,
              new Injector(arena, journal::say),
              Topics.of("faults-", topics, partitions, replicas, minIsr),
              new ClientSettings(arena.bootstrap(), load),
              drawn,
              journal);
      return run(stage, installation, drawn) ? 0 : 1;
    }
  }

  private boolean run(Stage stage, Installation installation, long drawn)
      throws InterruptedException {
    boolean well =
        switch (mode) {
          case faults ->
              new FaultRun(
                      stage,
                      new FaultPlan(drawn, kinds(), stage.arena().brokers()),
                      Duration.ofSeconds(ci ? 300 : (long) (minutes * 60)))
                  .run();
          case kill -> new KillMeasurement(stage, times).run();
          case restart -> new RestartMeasurement(stage, times).run();
          case daytwo -> new DayTwoRun(stage, installation).run();
        };
    if (!well) {
      stage.collect("violated");
      stage.journal().say("logs and objects are in " + stage.journal().folder());
    }
    return well;
  }

  private List<Kind> kinds() {
    if (!faults.isEmpty()) {
      return faults.stream().map(Kind::of).toList();
    }
    if (ci) {
      return Kind.brief();
    }
    return combined ? List.of(Kind.values()) : Kind.single();
  }
}
