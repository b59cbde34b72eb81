package dev.millrace.operator.settings;

import dev.millrace.operator.kafka.Admins;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;

/** As {@code kafka-configs --entity-type brokers --entity-default} does it. Thread-safe. */
public final class KafkaSettings implements SettingsWriter {
  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Override
  public void write(String bootstrap, Map<String, String> set, Set<String> gone)
      throws RefusedException {
    List<AlterConfigOp> changes =
        Stream.concat(
                set.entrySet().stream()
                    .map(one -> operation(one.getKey(), one.getValue(), OpType.SET)),
                gone.stream().map(name -> operation(name, "", OpType.DELETE)))
            .toList();
    var admin = Admins.open(bootstrap, TIMEOUT);
    try {
      admin.incrementalAlterConfigs(Map.of(CLUSTER, changes)).all().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidConfigurationException
          || e.getCause() instanceof InvalidRequestException) {
        throw new RefusedException(String.valueOf(e.getCause().getMessage()));
      }
      throw new KafkaException("The cluster's settings cannot be changed now", e.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while settings were changed", stopped);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  private static AlterConfigOp operation(String name, String value, OpType type) {
    return new AlterConfigOp(new ConfigEntry(name, value), type);
  }
}
