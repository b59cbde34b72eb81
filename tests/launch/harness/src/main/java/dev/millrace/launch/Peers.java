package dev.millrace.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes {@link Peer}s: lays out their folders and configuration, so that they are ready to be
 * started. Used by one thread.
 */
public final class Peers {
  /** What Kafka's start script gives a broker when nobody says otherwise. */
  public static final List<String> KAFKA_JVM =
      List.of(
          "-Xmx1G",
          "-Xms1G",
          "-server",
          "-XX:+UseG1GC",
          "-XX:MaxGCPauseMillis=20",
          "-XX:InitiatingHeapOccupancyPercent=35",
          "-XX:+ExplicitGCInvokesConcurrent",
          "-XX:MaxInlineLevel=15",
          "-Djava.awt.headless=true");

  /**
   * A broker of ours as the operator's memory plan starts the smallest one, with what its image
   * gives it; but for the AOT cache, which {@link AotCache} makes.
   */
  public static final List<String> MILLRACE_JVM =
      List.of(
          "-Xmx64m",
          "-XX:MaxDirectMemorySize=64m",
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:ArchiveRelocationMode=0",
          "-Xlog:aot*=error",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static final String CLUSTER_ID = "bWlsbHJhY2UtYmVuY2gtMQ";
  private static final Duration FORMAT_LIMIT = Duration.ofMinutes(2);

  private static final String TLS = "TLS";

  private final Checkout checkout;
  private final Optional<ServerIdentity> identity;

  public Peers(Checkout checkout) {
    this(checkout, Optional.empty());
  }

  /** {@code identity} is what peers show on a listener of their own that speaks TLS. */
  public Peers(Checkout checkout, Optional<ServerIdentity> identity) {
    this.checkout = checkout;
    this.identity = identity;
  }

  /**
   * Apache Kafka as published: one process that is broker and KRaft controller, its own defaults
   * but for what {@code settings} says.
   *
   * @param folder made and formatted; must not hold another broker's data
   */
  public Peer kafka(
      String name, Path folder, List<String> jvmOptions, Map<String, String> settings) {
    List<Integer> ports = Ports.free(2);
    String bootstrap = "127.0.0.1:" + ports.get(0);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", "0");
    all.put("controller.quorum.voters", "0@127.0.0.1:" + ports.get(1));
    all.put("listeners", "PLAINTEXT://" + bootstrap + ",CONTROLLER://127.0.0.1:" + ports.get(1));
    all.put("advertised.listeners", "PLAINTEXT://" + bootstrap);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("log.dirs", folder.resolve("data").toString());
    // One node only, as Kafka's own server.properties has it.
    all.put("offsets.topic.replication.factor", "1");
    all.put("transaction.state.log.replication.factor", "1");
    all.put("transaction.state.log.min.isr", "1");
    all.put("share.coordinator.state.topic.replication.factor", "1");
    all.put("share.coordinator.state.topic.min.isr", "1");
    all.put("group.initial.rebalance.delay.ms", "0");
    Optional<Peer.TlsAccess> tls = addTls(all, "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    all.putAll(settings);
    Path file = write(folder, all);
    String classPath = checkout.classPath("kafka");
    new Tool(folder)
        .run(
            FORMAT_LIMIT,
            new JavaCommand(classPath, List.of("-Xmx256m"), "kafka.tools.StorageTool")
                .with(List.of("format", "-t", CLUSTER_ID, "-c", file.toString())))
        .orThrow("formatting the folder of " + name);
    List<String> options = withOption(jvmOptions, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    return new BrokerProcess(
        name,
        bootstrap,
        tls,
        new JavaCommand(classPath, options, "kafka.Kafka").with(List.of(file.toString())),
        folder);
  }

  /** Millrace alone, without Kubernetes: its metadata log is a file beside the data. */
  public Peer millrace(
      String name, Path folder, List<String> jvmOptions, Map<String, String> settings) {
    List<Integer> ports = Ports.free(3);
    String bootstrap = "127.0.0.1:" + ports.get(0);
    String listeners = "CLIENT://" + bootstrap + ",INTERNAL://127.0.0.1:" + ports.get(1);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("node.id", "0");
    all.put("cluster.id", CLUSTER_ID);
    all.put("listeners", listeners);
    all.put("advertised.listeners", listeners);
    all.put("health.listener", "http://127.0.0.1:" + ports.get(2));
    all.put("log.dirs", folder.resolve("data").toString());
    all.put("metadata.log", "file");
    all.put("offsets.topic.replication.factor", "1");
    all.put("group.initial.rebalance.delay.ms", "0");
    Optional<Peer.TlsAccess> tls = addTls(all, "CLIENT:PLAINTEXT");
    all.putAll(settings);
    Path file = write(folder, all);
    JavaCommand command =
        new JavaCommand(
            checkout.classPath("millrace"), jvmOptions, "dev.millrace.broker.server.BrokerMain");
    return new BrokerProcess(
        name, bootstrap, tls, command.with(List.of("--config=" + file)), folder);
  }

  /** Adds a listener that speaks TLS, if there is something for it to show. */
  private Optional<Peer.TlsAccess> addTls(Map<String, String> settings, String otherProtocols) {
    return identity.map(
        shown -> {
          String address = "127.0.0.1:" + Ports.free(1).getFirst();
          String listener = "," + TLS + "://" + address;
          settings.merge("listeners", listener, String::concat);
          settings.merge("advertised.listeners", listener, String::concat);
          settings.put("listener.security.protocol.map", otherProtocols + "," + TLS + ":SSL");
          settings.put("ssl.keystore.type", "PEM");
          settings.put("ssl.keystore.location", shown.keys().toString());
          return new Peer.TlsAccess(address, shown.authority());
        });
  }

  private static List<String> withOption(List<String> options, String option) {
    List<String> all = new ArrayList<>(options);
    all.add(option);
    return all;
  }

  private static Path write(Path folder, Map<String, String> settings) {
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    try {
      Files.createDirectories(folder.resolve("data"));
      return Files.writeString(folder.resolve("broker.properties"), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lay out " + folder, e);
    }
  }
}
