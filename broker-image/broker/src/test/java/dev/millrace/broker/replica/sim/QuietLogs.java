package dev.millrace.broker.replica.sim;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Silences loggers while a simulation runs: thousands of crashes are warned of otherwise. */
final class QuietLogs implements AutoCloseable {
  private static final int OFF = 100;
  private static final List<String> NAMES =
      List.of(
          "dev.millrace.broker.replica.Following",
          "dev.millrace.broker.replica.InSyncReplicas",
          "dev.millrace.broker.replica.ReplicaFetcher",
          "dev.millrace.broker.replica.HostedPartitions",
          "dev.millrace.log.DiskLogManager",
          "dev.millrace.log.LogLoader");

  private final Map<Logger, Integer> before = new LinkedHashMap<>();

  QuietLogs() throws ReflectiveOperationException {
    for (String name : NAMES) {
      Logger logger = LoggerFactory.getLogger(name);
      before.put(logger, level(logger).getInt(logger));
      level(logger).setInt(logger, OFF);
    }
  }

  /** The simple backend has no way to change a level once a logger is made. */
  private static Field level(Logger logger) throws ReflectiveOperationException {
    Field level = logger.getClass().getDeclaredField("currentLogLevel");
    level.setAccessible(true);
    return level;
  }

  @Override
  public void close() throws ReflectiveOperationException {
    for (Map.Entry<Logger, Integer> entry : before.entrySet()) {
      level(entry.getKey()).setInt(entry.getKey(), entry.getValue());
    }
  }
}
