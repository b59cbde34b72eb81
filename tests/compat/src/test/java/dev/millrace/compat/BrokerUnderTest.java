package dev.millrace.compat;

import dev.millrace.launch.Checkout;
import dev.millrace.launch.Peer;
import dev.millrace.launch.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the {@link Target} that they talk to: the broker at {@code MILLRACE_BOOTSTRAP} (or
 * {@code -Dmillrace.bootstrap}) if there is one, else one of its own for the whole run, of the kind
 * {@code -Dcompat.broker} ({@code millrace} or {@code kafka}; Kafka is the oracle that the tests
 * themselves are held to).
 */
final class BrokerUnderTest implements ParameterResolver {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Target.class;
  }

  @Override
  public Target resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(BrokerUnderTest.class))
        .computeIfAbsent("target", key -> Target.open(), Target.class);
  }

  /**
   * The broker to talk to and where to say what came of it. Closed by JUnit at the end of the run.
   */
  record Target(Checkout checkout, String bootstrap, Path folder, @Nullable Peer own)
      implements AutoCloseable {

    private static Target open() {
      Checkout checkout = Checkout.find();
      Path build = checkout.root().resolve("tests/compat/target");
      String given =
          System.getProperty(
              "millrace.bootstrap", System.getenv().getOrDefault("MILLRACE_BOOTSTRAP", ""));
      String kind = System.getProperty("compat.broker", "millrace");
      try {
        Path folder = Files.createTempDirectory(Files.createDirectories(build), "run-");
        if (!given.isEmpty()) {
          return new Target(checkout, given, folder, null);
        }
        Peer peer = start(new Peers(checkout), kind, folder.resolve(kind));
        return new Target(checkout, peer.bootstrap(), folder, peer);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static Peer start(Peers peers, String kind, Path folder) {
      Peer peer =
          switch (kind) {
            case "millrace" -> peers.millrace(kind, folder, Peers.MILLRACE_JVM, Map.of());
            case "kafka" -> peers.kafka(kind, folder, Peers.KAFKA_JVM, Map.of());
            default -> throw new IllegalArgumentException("compat.broker is " + kind);
          };
      peer.start();
      peer.awaitReady(START_LIMIT);
      return peer;
    }

    /** Shows {@code line} and keeps it in {@code target/compat.txt}. */
    void report(String line) {
      System.out.println(line);
      try {
        Files.writeString(
            checkout.root().resolve("tests/compat/target/compat.txt"),
            line + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      if (own != null) {
        own.stop();
        own.close();
      }
    }
  }
}
