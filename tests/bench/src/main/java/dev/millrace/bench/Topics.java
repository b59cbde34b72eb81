package dev.millrace.bench;

import dev.millrace.launch.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/** Makes and removes one peer's topics. Used by one thread. */
final class Topics implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /**
   * Deleted data gives its memory back soon, so that the next turn finds it: taking new memory from
   * the host costs several times more.
   */
  private static final Map<String, String> CONFIG = Map.of("file.delete.delay.ms", "500");

  private final Peer peer;
  private final Duration deleted;
  private final Admin admin;

  Topics(Peer peer) {
    this(peer, Duration.ZERO);
  }

  /** {@code deleted} is how long files of deleted topics are waited for. */
  Topics(Peer peer, Duration deleted) {
    this.peer = peer;
    this.deleted = deleted;
    this.admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                peer.bootstrap(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) LIMIT.toMillis(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) LIMIT.toMillis()));
  }

  Uuid create(String topic, int partitions) throws IOException {
    NewTopic wanted = new NewTopic(topic, partitions, (short) 1).configs(CONFIG);
    try {
      return admin
          .createTopics(List.of(wanted))
          .topicId(topic)
          .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw failed("create " + topic, e);
    }
  }

  /** Deletes the topic and waits a while for its files to be gone; that they linger is no error. */
  void delete(String topic) throws IOException {
    try {
      admin.deleteTopics(List.of(topic)).all().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw failed("delete " + topic, e);
    }
    long deadline = System.nanoTime() + deleted.toNanos();
    while (onDisk(topic) && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private boolean onDisk(String topic) throws IOException {
    try (Stream<Path> entries = Files.list(peer.data())) {
      return entries.anyMatch(entry -> entry.getFileName().toString().startsWith(topic + "-"));
    }
  }

  private IOException failed(String what, Exception cause) {
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new IOException(peer.name() + " did not " + what, cause);
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
