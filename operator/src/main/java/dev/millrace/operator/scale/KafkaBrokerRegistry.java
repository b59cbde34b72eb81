package dev.millrace.operator.scale;

import dev.millrace.operator.kafka.Admins;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unregisters brokers by Kafka's own admin protocol, off the caller's thread, one conversation with
 * a cluster at a time.
 */
public final class KafkaBrokerRegistry implements BrokerRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaBrokerRegistry.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  @Override
  public void unregister(String bootstrap, List<Integer> brokers) {
    if (busy.add(bootstrap)) {
      var task = threads.submit(() -> converse(bootstrap, brokers));
      LOG.atDebug().addKeyValue("brokers", brokers).addKeyValue("task", task).log("Unregistering");
    }
  }

  private void converse(String bootstrap, List<Integer> brokers) {
    var admin = Admins.open(bootstrap, TIMEOUT);
    try {
      for (int id : brokers) {
        admin.unregisterBroker(id).all().get();
        LOG.atInfo().addKeyValue("broker", id).log("Unregistered a broker that left");
      }
    } catch (ExecutionException | RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("bootstrap", bootstrap)
          .addKeyValue("brokers", brokers)
          .addKeyValue("reason", String.valueOf(e.getMessage()))
          .log("Cannot unregister brokers yet");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      admin.close(Duration.ZERO);
      busy.remove(bootstrap);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
