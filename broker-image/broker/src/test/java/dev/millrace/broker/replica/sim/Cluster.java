package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.TopicConfigs;
import dev.millrace.log.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;
import org.jspecify.annotations.Nullable;

/** Brokers on their machines, a controller, and one topic. One thread. */
final class Cluster implements AutoCloseable {
  private static final String TOPIC = "orders";

  /** A broker's machine: what outlives a process. */
  private static final class Machine {
    final SimDisk disk = new SimDisk();
    @Nullable BrokerLife life;
    Path directory;
    int incarnations;

    Machine(Path directory) {
      this.directory = directory;
    }
  }

  private final World world;
  private final SimSettings settings;
  private final int minInSync;
  private final int partitionCount;
  private final boolean tellsHighWatermarks;
  private final TopicConfigs configs;
  private final Network network;
  private final SimController controller;
  private final History history = new History();
  private final Path root;
  private final List<Machine> machines = new ArrayList<>();

  Cluster(World world, SimSettings settings, Path root) {
    this.world = world;
    this.settings = settings;
    this.root = root;
    this.minInSync = world.oneIn(4) ? 1 : 2;
    this.partitionCount = 1 + world.chance(2);
    this.tellsHighWatermarks = world.oneIn(2);
    Map<String, String> values = new HashMap<>();
    values.put("min.insync.replicas", String.valueOf(minInSync));
    values.put("log.index.interval.bytes", world.oneIn(2) ? "60" : "400");
    values.put("log.roll.ms", world.oneIn(2) ? "900" : "100000");
    if (world.oneIn(2)) {
      values.put("log.flush.interval.messages", String.valueOf(3 + world.chance(30)));
    }
    this.configs = new TopicConfigs(values);
    this.network = new Network(world);
    this.controller = new SimController(world, settings.mutation(), minInSync);
    for (int i = 0; i < SimSettings.BROKERS; i++) {
      machines.add(new Machine(root.resolve(i + "-0")));
    }
  }

  World world() {
    return world;
  }

  SimSettings settings() {
    return settings;
  }

  TopicConfigs topicConfigs() {
    return configs;
  }

  Network network() {
    return network;
  }

  SimController controller() {
    return controller;
  }

  History history() {
    return history;
  }

  int minInSync() {
    return minInSync;
  }

  int partitionCount() {
    return partitionCount;
  }

  /** Whether followers that wait are told what is committed, as where there are racks. */
  boolean tellsHighWatermarks() {
    return tellsHighWatermarks;
  }

  TopicPartition topicPartition(int index) {
    return new TopicPartition(TOPIC, index);
  }

  /** A broker's process, if there is one. */
  @Nullable BrokerLife life(int broker) {
    return broker < 0 ? null : machines.get(broker).life;
  }

  List<BrokerLife> lives() {
    return machines.stream().map(machine -> machine.life).filter(Objects::nonNull).toList();
  }

  @Nullable Partition partition(BrokerLife life, int index) {
    return life.partitions().find(topicPartition(index)).orElse(null);
  }

  /** The controller has something new to tell, perhaps. */
  void tellMetadata() {
    for (Machine machine : machines) {
      if (machine.life != null) {
        machine.life.metadataComes();
      }
    }
  }

  // ---- life and death

  void createTopic() {
    controller.createTopic(TOPIC, partitionCount);
    tellMetadata();
  }

  void start(int broker) {
    Machine machine = machines.get(broker);
    if (machine.life == null) {
      BrokerLife life =
          new BrokerLife(this, broker, machine.incarnations++, machine.directory, machine.disk);
      machine.life = life;
      life.start();
    }
  }

  /** A process ended by itself, and closed its logs. */
  void stopped(BrokerLife life) {
    world.note(() -> life.name() + " stopped");
    life.die();
    machines.get(life.id()).life = null;
    long delay = world.between(20, 1500);
    world.after(delay, World.NATURE, () -> start(life.id()));
  }

  /** Ends a process at once, and perhaps the machine under it. */
  void crash(int broker, boolean powerLoss) {
    Machine machine = machines.get(broker);
    BrokerLife life = machine.life;
    if (life == null) {
      return;
    }
    world.note(
        () -> life.name() + (powerLoss ? " loses power: " : " is killed: ") + life.describe());
    life.die();
    machine.life = null;
    try {
      Path left = machine.directory;
      machine.disk.processEnded();
      machine.directory = root.resolve(broker + "-" + machine.incarnations);
      copy(left, machine.directory);
      machine.disk.moved(left, machine.directory);
      if (powerLoss) {
        machine.disk.powerLoss(world);
      }
      letGo(life);
      delete(left);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Frees what the dead process has open; what it writes goes to a directory that goes, too. */
  private static void letGo(BrokerLife life) {
    try {
      life.logs().close();
    } catch (RuntimeException e) {
      // It notices that its files are closed.
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  // ---- looking

  /** After every event. */
  void look() {
    for (Machine machine : machines) {
      BrokerLife life = machine.life;
      if (life != null) {
        history.look(life);
        life.decide();
      }
    }
    for (int i = 0; controller.hasTopic() && i < partitionCount; i++) {
      history.lookAtIsr(this, i, controller.partition(i));
    }
  }

  private List<Log> copies(int index) {
    return lives().stream()
        .map(life -> partition(life, index))
        .filter(Objects::nonNull)
        .map(Partition::log)
        .toList();
  }

  /** LogMatching of what is there now. */
  void compare() {
    for (int i = 0; i < partitionCount; i++) {
      history.compare(i, copies(i));
    }
  }

  /** Whether a broker is there and in sync everywhere, in the controller's eyes. */
  boolean isInSync(int broker) {
    BrokerLife life = life(broker);
    if (life == null || !controller.isRegistered(broker, life.epoch())) {
      return false;
    }
    for (int i = 0; i < partitionCount; i++) {
      if (!Replicas.contains(controller.partition(i).isr, broker)) {
        return false;
      }
    }
    return true;
  }

  boolean hasConverged() {
    for (int i = 0; i < partitionCount; i++) {
      PartitionRegistration registration = controller.partition(i);
      List<Log> copies = copies(i);
      if (registration.isr.length < SimSettings.BROKERS || copies.size() < SimSettings.BROKERS) {
        return false;
      }
      for (BrokerLife life : lives()) {
        Partition copy = partition(life, i);
        if (copy == null
            || copy.state().partitionEpoch() != registration.partitionEpoch
            || copy.highWatermark() != copies.getFirst().logEndOffset()
            || copy.log().logEndOffset() != copies.getFirst().logEndOffset()) {
          return false;
        }
      }
    }
    return true;
  }

  void compareAtEnd() {
    for (int i = 0; i < partitionCount; i++) {
      history.compareAtEnd(i, copies(i));
    }
  }

  String describe() {
    StringBuilder told = new StringBuilder();
    for (int i = 0; controller.hasTopic() && i < partitionCount; i++) {
      told.append("controller: ").append(controller.partition(i)).append('\n');
    }
    lives().forEach(life -> told.append(life.name()).append(life.describe()).append('\n'));
    return told.toString();
  }

  @Override
  public void close() throws IOException {
    for (Machine machine : machines) {
      BrokerLife life = machine.life;
      if (life != null) {
        life.die();
        machine.disk.processEnded();
        letGo(life);
      }
    }
    delete(root);
  }
}
