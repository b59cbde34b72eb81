package dev.millrace.operator.kafka;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Opens Kafka's admin client. */
public final class Admins {
  /** So many requests fit into the time of a call: one broker that does not answer is passed by. */
  private static final int TRIES = 3;

  private Admins() {}

  /**
   * One for the cluster that listens there; to be closed.
   *
   * @param bootstrap addresses with ports, by commas
   * @param timeout of a call with all its tries
   */
  public static Admin open(String bootstrap, Duration timeout) {
    int millis = Math.toIntExact(timeout.toMillis());
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            millis / TRIES,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            millis));
  }
}
