package dev.millrace.bench;

import dev.millrace.launch.AotCache;
import dev.millrace.launch.Checkout;
import dev.millrace.launch.Peer;
import dev.millrace.launch.Peers;
import dev.millrace.launch.ServerIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the peers of a run, each in a folder of its own below one. Used by one thread. */
final class Contest {
  private static final Pattern MILLRACE = Pattern.compile("millrace(?:-(\\d+m))?");
  private static final String DELETE_DELAY = "log.segment.delete.delay.ms";

  /** Its cleaner takes 128 MB otherwise, without which it does not start in less. */
  private static final Map<String, String> SMALL_KAFKA_SETTINGS =
      Map.of("log.cleaner.dedupe.buffer.size", "4194304", DELETE_DELAY, "500");

  /**
   * Kafka looks for what it may delete once in so many milliseconds; at its default of a minute
   * each of its turns would take new memory from the host, which costs several times more.
   */
  private static final Map<String, String> KAFKA_SETTINGS = Map.of(DELETE_DELAY, "500");

  private final Checkout checkout;
  private final Peers peers;
  private final Path folder;
  private final AotCache aot;
  private final List<String> moreMillraceJvm;
  private final String kafkaName;
  private int made;

  /** {@code moreMillraceJvm} comes behind the options that Millrace has anyway, and so wins. */
  Contest(Checkout checkout, Path folder, List<String> moreMillraceJvm) {
    this.checkout = checkout;
    this.peers = new Peers(checkout);
    this.folder = folder;
    this.aot = new AotCache(checkout);
    this.moreMillraceJvm = List.copyOf(moreMillraceJvm);
    Matcher jar =
        Pattern.compile("kafka_2\\.13-([0-9.]+)\\.jar").matcher(checkout.classPath("kafka"));
    this.kafkaName = "Kafka " + (jar.find() ? jar.group(1) : "");
  }

  /**
   * One new peer for each of {@code kinds}: {@code millrace}, {@code kafka}, or {@code kafka-small}
   * and its like; a second of a kind is told by its number. {@code millrace-192m} is Millrace with
   * such a heap. For Millrace an AOT cache is made unless this build has one.
   */
  List<Peer> peers(List<String> kinds) {
    return peers(peers, kinds);
  }

  /** The same, each with a second listener, which speaks TLS. */
  List<Peer> tlsPeers(List<String> kinds) {
    return peers(new Peers(checkout, Optional.of(ServerIdentity.in(folder))), kinds);
  }

  private List<Peer> peers(Peers peers, List<String> kinds) {
    List<Peer> all = new ArrayList<>();
    for (String kind : kinds) {
      Path own = folder.resolve(kind + "-" + made++);
      String name = name(kind);
      long namesakes =
          all.stream()
              .filter(peer -> peer.name().equals(name) || peer.name().startsWith(name + " #"))
              .count();
      all.add(peer(peers, kind, namesakes == 0 ? name : name + " #" + (namesakes + 1), own));
    }
    return all;
  }

  private String name(String kind) {
    if (MILLRACE.matcher(kind).matches()) {
      return "Millrace";
    }
    return switch (kind) {
      case "kafka" -> kafkaName;
      case "kafka-small" -> kafkaName + ", 128 MB heap";
      case "kafka-64m" -> kafkaName + ", 64 MB heap";
      case "kafka-256m" -> kafkaName + ", 256 MB heap";
      default ->
          throw new IllegalArgumentException(
              "there is no peer " + kind + ": millrace, kafka, kafka-small, kafka-64m, kafka-256m");
    };
  }

  private Peer peer(Peers peers, String kind, String name, Path own) {
    Matcher millrace = MILLRACE.matcher(kind);
    if (millrace.matches()) {
      return peers.millrace(name, own, millraceJvm(millrace.group(1)), Map.of());
    }
    return switch (kind) {
      case "kafka" -> peers.kafka(name, own, Peers.KAFKA_JVM, KAFKA_SETTINGS);
      case "kafka-256m" -> peers.kafka(name, own, kafkaJvm("256m"), KAFKA_SETTINGS);
      case "kafka-64m" -> peers.kafka(name, own, kafkaJvm("64m"), SMALL_KAFKA_SETTINGS);
      default -> peers.kafka(name, own, kafkaJvm("128m"), SMALL_KAFKA_SETTINGS);
    };
  }

  /** What it has by default, in another heap if one is given. */
  private List<String> millraceJvm(@Nullable String heap) {
    Stream<String> larger = heap == null ? Stream.of() : Stream.of("-Xmx" + heap);
    List<String> options =
        Stream.of(Peers.MILLRACE_JVM.stream(), larger, moreMillraceJvm.stream())
            .flatMap(part -> part)
            .toList();
    return Stream.concat(Stream.of(aot.option(options)), options.stream()).toList();
  }

  /** What it has by default, in another heap. */
  private static List<String> kafkaJvm(String heap) {
    return Stream.concat(
            Stream.of("-Xmx" + heap, "-Xms" + heap),
            Peers.KAFKA_JVM.stream().filter(option -> !option.startsWith("-Xm")))
        .toList();
  }
}
