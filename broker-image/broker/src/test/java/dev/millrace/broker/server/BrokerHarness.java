package dev.millrace.broker.server;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.wire.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * Whole brokers in this process, on loopback ports, with real sockets and files; what is shared
 * between them is only the metadata log. Closes what it opened.
 */
final class BrokerHarness implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofMinutes(3);

  private final Path directory;
  private final Map<String, String> settings;
  private final SharedMetadata metadata = new SharedMetadata();
  private final Map<Integer, Broker> running = new HashMap<>();
  private final Map<Integer, List<Integer>> ports = new HashMap<>();
  private final Set<Integer> doomed = ConcurrentHashMap.newKeySet();
  private final List<Throwable> fatal = new ArrayList<>();

  BrokerHarness(Path directory, Map<String, String> settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** Starts brokers 0 to count - 1 and waits until they serve. */
  static BrokerHarness start(Path directory, int count, Map<String, String> settings)
      throws Exception {
    var harness = new BrokerHarness(directory, settings);
    for (int id = 0; id < count; id++) {
      harness.start(id);
    }
    harness.awaitReady();
    return harness;
  }

  /** Starts a broker, on the ports and in the directory that it had before. */
  void start(int id) throws Exception {
    var broker =
        new Broker(
            config(id),
            new Termination(directory.resolve("none"), code -> halted(id, code)),
            this::medium);
    running.put(id, broker);
    broker.start();
  }

  private void halted(int id, int code) {
    if (!doomed.remove(id)) {
      fatal.add(new AssertionError("broker " + id + " ended its process with " + code));
    }
  }

  /** Has a log of a broker meet an error, after which the broker will end its process. */
  void failVolume(int id, IOException error) {
    doomed.add(id);
    requireNonNull(running.get(id)).volume().failed(error);
  }

  /** Waits until a broker has ended its process. */
  void awaitEnd(int id) {
    await().atMost(DEADLINE).until(() -> !doomed.contains(id));
    running.remove(id);
  }

  private dev.millrace.broker.controller.MetadataLog medium(BrokerConfig config) {
    return metadata.open(Parts.self(config));
  }

  /** Stops a broker cleanly. */
  void stop(int id) {
    Broker broker = running.remove(id);
    if (broker != null) {
      broker.close();
    }
  }

  void awaitReady() {
    await().atMost(DEADLINE).until(() -> running.values().stream().allMatch(Broker::isReady));
  }

  BrokerConfig config(int id) throws IOException {
    List<Integer> own =
        ports.computeIfAbsent(
            id, key -> IntStream.generate(FreePort::next).limit(3).boxed().toList());
    Map<String, String> all = new HashMap<>(settings);
    all.put("node.id", Integer.toString(id));
    // Every broker in a zone of its own, as it is on a cluster of several nodes.
    all.putIfAbsent("broker.rack", "zone-" + id);
    all.put("log.dirs", directory.resolve("broker-" + id).toString());
    all.put(
        "listeners",
        "CLIENT://127.0.0.1:%d,INTERNAL://127.0.0.1:%d".formatted(own.get(0), own.get(1)));
    all.put("health.listener", "http://127.0.0.1:" + own.get(2));
    all.putIfAbsent("group.initial.rebalance.delay.ms", "0");
    return BrokerConfig.of(all);
  }

  String bootstrap() {
    return ports.values().stream()
        .map(own -> "127.0.0.1:" + own.get(0))
        .collect(Collectors.joining(","));
  }

  /** One broker's address for clients. */
  String client(int id) {
    return "127.0.0.1:" + requireNonNull(ports.get(id)).get(0);
  }

  boolean isRunning(int id) {
    return running.containsKey(id);
  }

  /** Where a broker tells its health. */
  String health(int id) {
    return "http://127.0.0.1:" + requireNonNull(ports.get(id)).get(2);
  }

  Admin admin() {
    return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap()));
  }

  /** What a client is given besides its own settings. */
  Map<String, Object> client() {
    return new HashMap<>(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap()));
  }

  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stop);
    if (!fatal.isEmpty()) {
      throw new AssertionError("brokers ended with faults: " + fatal);
    }
  }
}
