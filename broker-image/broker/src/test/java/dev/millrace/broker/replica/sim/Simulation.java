package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionRead;
import dev.millrace.broker.replica.ReadRequest;
import dev.millrace.broker.replica.Reader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * One schedule: a cluster starts, is used and maltreated for some seconds of its time, and is left
 * in peace to converge. The seed decides everything; the same seed plays the same.
 *
 * <p>Any process may be killed at any time, which loses nothing but counts as unclean for Kafka's
 * controller. Power is cut where acknowledged records are promised to survive it: with {@code
 * min.insync.replicas} of two or more, and while no other broker is between a crash and being in
 * sync again; nobody crashes until the one without power is.
 */
final class Simulation {
  /** What came of it. */
  record Outcome(long events, long fingerprint, int acknowledged, int reads, int tenures) {}

  private static final long START_MS = 20_000;
  private static final long PEACE_MS = 30_000;
  private static final int EVENTS_MAX = 200_000;

  private final SimSettings settings;
  private final World world;
  private final Cluster cluster;
  private final Chaos chaos;
  private final Map<Integer, Long> consumers = new HashMap<>();
  private boolean producing = true;
  private int values;

  private Simulation(SimSettings settings, Path root) {
    this.settings = settings;
    this.world = new World(settings.seed(), settings.tracing());
    this.cluster = new Cluster(world, settings, root);
    this.chaos = new Chaos(world, cluster);
  }

  /**
   * Plays a schedule.
   *
   * @throws AssertionError an invariant does not hold; tells the seed and what happened
   */
  static Outcome play(SimSettings settings) throws IOException {
    try {
      return playOnce(settings);
    } catch (History.Violation | RuntimeException first) {
      if (settings.tracing()) {
        throw first;
      }
      try {
        playOnce(settings.traced());
      } catch (AssertionError again) {
        throw again;
      }
      throw new AssertionError(
          "Seed " + settings.seed() + " failed, and not again: something is not decided by it",
          first);
    }
  }

  private static Outcome playOnce(SimSettings settings) throws IOException {
    Simulation simulation = new Simulation(settings, Files.createTempDirectory(memory(), "sim"));
    try (Cluster cluster = simulation.cluster) {
      return simulation.run();
    } catch (History.Violation | RuntimeException e) {
      if (!settings.tracing()) {
        throw e;
      }
      throw new AssertionError(
          "%s%nseed %d, mutation %s%n%s%n%s"
              .formatted(
                  e,
                  settings.seed(),
                  settings.mutation(),
                  simulation.world.trace(),
                  simulation.cluster.describe()),
          e);
    }
  }

  private static Path memory() {
    Path shared = Path.of("/dev/shm");
    return Files.isWritable(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private Outcome run() {
    for (int i = 0; i < SimSettings.BROKERS; i++) {
      cluster.start(i);
    }
    long started = world.milliseconds() + START_MS;
    runUntil(started, () -> cluster.controller().activeCount() == SimSettings.BROKERS);
    cluster.createTopic();
    produce();
    consume();
    chaos.begin(world.milliseconds() + settings.faultsMs());
    runUntil(world.milliseconds() + settings.faultsMs(), () -> false);
    producing = false;
    chaos.end();
    cluster.compare();
    runUntil(world.milliseconds() + PEACE_MS, cluster::hasConverged);
    if (!cluster.hasConverged()) {
      cluster.history().fail("Convergence", "not within " + PEACE_MS + " ms");
    }
    cluster.compareAtEnd();
    History history = cluster.history();
    return new Outcome(
        world.eventsDone(),
        world.fingerprint(),
        history.acknowledgedCount(),
        history.readCount(),
        history.tenures());
  }

  private void runUntil(long untilMs, java.util.function.BooleanSupplier enough) {
    while (!enough.getAsBoolean() && world.step(untilMs)) {
      cluster.tellMetadata();
      cluster.look();
      if (world.eventsDone() > EVENTS_MAX) {
        cluster.history().fail("Convergence", "more than " + EVENTS_MAX + " events");
      }
    }
  }

  // ---- clients

  private void produce() {
    if (!producing) {
      return;
    }
    List<BrokerLife> lives = cluster.lives();
    if (!lives.isEmpty()) {
      BrokerLife life = world.any(lives);
      if (life.pausedUntilMs() <= world.milliseconds()) {
        String value = "v" + values++;
        int index = world.chance(cluster.partitionCount());
        life.produce(cluster.topicPartition(index), value, 1 + world.chance(3));
      }
    }
    world.after(world.between(1, 40), World.NATURE, this::produce);
  }

  private void consume() {
    if (!producing) {
      return;
    }
    List<BrokerLife> lives = cluster.lives();
    int index = world.chance(cluster.partitionCount());
    if (!lives.isEmpty()) {
      BrokerLife life = world.any(lives);
      Partition partition = cluster.partition(life, index);
      if (partition != null && life.pausedUntilMs() <= world.milliseconds()) {
        consume(index, partition);
      }
    }
    world.after(world.between(10, 120), World.NATURE, this::consume);
  }

  private void consume(int index, Partition partition) {
    long position = world.oneIn(10) ? 0 : consumers.getOrDefault(index, 0L);
    try {
      PartitionRead read =
          partition.read(
              new ReadRequest(
                  new Reader.Consumer(false, false),
                  Math.max(position, partition.log().logStartOffset()),
                  2000,
                  true,
                  OptionalInt.empty(),
                  OptionalInt.empty()));
      List<Batch> batches = Batch.of(Batch.copy(Objects.requireNonNull(read.slice())));
      cluster.history().read(index, batches);
      if (!batches.isEmpty()) {
        consumers.merge(index, batches.getLast().last() + 1, Math::max);
      }
    } catch (org.apache.kafka.common.errors.ApiException e) {
      world.note(() -> "a consumer is refused: " + e);
    }
  }
}
