package dev.millrace.operator.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.crds.PoolSpec;
import dev.millrace.operator.rebalance.PlayedReplicas;
import dev.millrace.operator.resources.ClusterNames;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The health ports of a cluster's brokers, each at an address of its own in 127.0.0.0/8. What they
 * say of partitions is what the test sets.
 */
final class PlayedBrokers implements AutoCloseable {
  /** Addresses for the brokers of each pool. */
  private static final int ROOM = 40;

  private final String prefix =
      "127.%d.%d."
          .formatted(
              ThreadLocalRandom.current().nextInt(10, 250),
              ThreadLocalRandom.current().nextInt(0, 250));
  private final Map<Integer, HttpServer> servers = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> said = new ConcurrentHashMap<>();
  private final PlayedReplicas replicas;
  private final TreeSet<Integer> registered = new TreeSet<>();
  private final AtomicInteger polls = new AtomicInteger();
  private final Set<Integer> fenced = ConcurrentHashMap.newKeySet();
  private volatile Map<String, Integer> partitions = Map.of();
  private volatile List<Map<String, Object>> worst = List.of();

  /** Brokers that hold these replicas. */
  PlayedBrokers(PlayedReplicas replicas) {
    this.replicas = replicas;
  }

  /** Starts a broker's port, and says at which address. */
  synchronized String start(int id) {
    servers.computeIfAbsent(id, this::serve);
    registered.add(id);
    return address(id);
  }

  /** Without the lock, for it waits for answers that are under way, and these take it. */
  void stop(int id) {
    var server = servers.remove(id);
    if (server != null) {
      server.stop(0);
    }
  }

  synchronized void unregister(List<Integer> ids) {
    registered.removeAll(ids);
  }

  /** How many replicas a broker says that it holds from now on, whatever it does. */
  void holds(int id, int count) {
    said.put(id, count);
  }

  /** One broker more that the cluster has fenced, though it answers. */
  void fence(int id) {
    fenced.add(id);
  }

  /** The rows of partitions that are not well, from now on. */
  void worst(List<Map<String, Object>> rows) {
    worst = List.copyOf(rows);
  }

  /** Counts of partitions, by the names of the report. */
  void partitions(Map<String, Integer> counts) {
    partitions = counts;
  }

  /** Questions answered so far. */
  int polls() {
    return polls.get();
  }

  private int held(int id) {
    return said.getOrDefault(id, replicas.held(id));
  }

  private String address(int id) {
    return prefix + (id / PoolSpec.IDS * ROOM + id % PoolSpec.IDS + 1);
  }

  private HttpServer serve(int id) {
    try {
      var server =
          HttpServer.create(new InetSocketAddress(address(id), ClusterNames.HEALTH_PORT), 0);
      server.createContext("/v1/broker", exchange -> answer(exchange, broker(id)));
      server.createContext("/v1/cluster", exchange -> answer(exchange, cluster()));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> broker(int id) {
    // Bytes and offsets move as those of a cluster at work do.
    int moving = polls.incrementAndGet();
    var answer = new HashMap<String, Object>(self(id, moving));
    answer.put("cache", cache(moving));
    return answer;
  }

  /** A page cache at work: its figures are never the same twice. */
  private static Map<String, Object> cache(int moving) {
    int percent = moving * 7 % 10;
    return Map.of(
        "appendedBytes",
        1_000_000L * moving,
        "ingestRate",
        1_000_000 + 20_000 * percent,
        "hitRatio",
        0.999 - percent / 10_000.0,
        "coldRate",
        1_000 * percent,
        "refaultRate",
        percent / 10.0,
        "capacity",
        840_000_000 - 100_000 * percent,
        "hotWindowSeconds",
        840 - 16 * percent,
        "slowestReaderMillis",
        40 * percent,
        "coldReaders",
        percent % 2);
  }

  private Map<String, Object> self(int id, int moving) {
    return Map.of(
        "nodeId",
        id,
        "state",
        "Running",
        "recoveryPercent",
        100,
        "version",
        "0.1.0",
        "controller",
        id == 0,
        "leaders",
        held(id),
        "replicas",
        held(id),
        "bytes",
        1_234_000_000L + moving,
        "metadataOffset",
        moving,
        "memory",
        Map.of("heapUsed", moving));
  }

  private synchronized Map<String, Object> cluster() {
    var counts = new HashMap<String, Object>();
    for (var name :
        List.of(
            "total", "healthy", "underReplicated", "underMinIsr", "leaderless", "reassigning")) {
      counts.put(name, partitions.getOrDefault(name, 0));
    }
    counts.put("worst", worst);
    var members = new ArrayList<Map<String, Object>>();
    for (int id : registered) {
      members.add(
          Map.of(
              "id",
              id,
              "fenced",
              !servers.containsKey(id) || fenced.contains(id),
              "replicas",
              held(id),
              "leaders",
              0,
              "cordoned",
              replicas.cordoned().contains(id)));
    }
    return Map.of(
        "controllerId", 0, "metadataOffset", polls.get(), "partitions", counts, "brokers", members);
  }

  private static void answer(HttpExchange exchange, Map<String, Object> body) throws IOException {
    try (exchange) {
      var bytes = Serialization.asJson(body).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    servers.values().forEach(server -> server.stop(0));
    servers.clear();
  }
}
