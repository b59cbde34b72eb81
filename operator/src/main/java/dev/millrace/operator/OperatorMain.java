package dev.millrace.operator;

import dev.millrace.operator.metrics.ApiWrites;
import dev.millrace.operator.metrics.OperatorMetrics;
import dev.millrace.operator.metrics.Passes;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The operator as a process: configured by its environment, ended by SIGTERM. */
public final class OperatorMain {
  private static final String HEALTH_PORT = "8080";
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private OperatorMain() {}

  /** Runs until it is told to stop; a start that fails ends the process, to be started anew. */
  public static void main(String[] args) throws InterruptedException {
    var log = LoggerFactory.getLogger(OperatorMain.class);
    var running = new AtomicReference<@Nullable MillraceOperator>();
    var stopped = new CountDownLatch(1);
    var writes = new ApiWrites();
    try (var health =
            HealthEndpoint.start(
                healthPort(), () -> ready(running.get()), () -> metrics(running.get()));
        var client = client(writes)) {
      var settings = OperatorSettings.from(System.getenv(), client.getNamespace());
      settings = settings.withBrokers(settings.brokers().withDefaultTag(version()));
      try (var operator =
          MillraceOperator.start(
              client, settings, new OperatorMetrics(new Passes(System::nanoTime), writes))) {
        running.set(operator);
        var main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopped, main), "stop"));
        log.atInfo()
            .addKeyValue("namespaces", settings.namespaces())
            .addKeyValue("brokerImage", settings.brokers().image())
            .addKeyValue("healthPort", health.port())
            .log("Operator runs");
        stopped.await();
      }
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("Operator cannot start");
      System.exit(1);
    }
  }

  /** The process ends with its last hook, so the hook waits until all is closed. */
  private static void stop(CountDownLatch stopped, Thread main) {
    stopped.countDown();
    try {
      main.join(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static KubernetesClient client(ApiWrites writes) {
    return OperatorClient.builder()
        .withHttpClientBuilderConsumer(
            builder -> builder.addOrReplaceInterceptor(ApiWrites.NAME, writes))
        .build();
  }

  /** Nothing before it has seen what there is. */
  private static String metrics(@Nullable MillraceOperator operator) {
    return operator == null ? "" : operator.metrics();
  }

  /** Another one than in the image where several run on one machine without a network each. */
  private static int healthPort() {
    return Integer.parseInt(System.getenv().getOrDefault("MILLRACE_HEALTH_PORT", HEALTH_PORT));
  }

  private static boolean ready(@Nullable MillraceOperator operator) {
    return operator != null && operator.running();
  }

  private static String version() {
    try (var file = OperatorMain.class.getResourceAsStream("version.properties")) {
      var properties = new Properties();
      properties.load(file);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the operator's own version", e);
    }
  }
}
