package dev.millrace.faults.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * Whether all brokers are ready and all replicas of all partitions in sync, asked of the brokers
 * themselves. Used by one thread.
 */
public final class Health {
  /** Just after a fault nobody may have noticed it yet: well means well for so long. */
  private static final long STEADY = TimeUnit.SECONDS.toNanos(4);

  private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(300);
  private static final int TOLD = 6;

  private final Arena arena;
  private final Map<String, Object> admin;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  /** Asks with the given settings of an admin client. */
  public Health(Arena arena, Map<String, Object> admin) {
    this.arena = arena;
    this.admin = admin;
  }

  /**
   * Returns once all has been well for some seconds, or the limit passed; then with what is not.
   */
  public List<String> await(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    try (Admin client = Admin.create(admin)) {
      long well = System.nanoTime();
      while (true) {
        List<String> ills = ills(client);
        long now = System.nanoTime();
        if (!ills.isEmpty()) {
          well = now;
        }
        if (now - well > STEADY || now - deadline > 0) {
          return ills;
        }
        LockSupport.parkNanos(RETRY);
      }
    }
  }

  private List<String> ills(Admin client) throws InterruptedException {
    List<String> ills = new ArrayList<>();
    try {
      List<BrokerPod> pods = arena.pods();
      if (pods.size() < arena.brokers()) {
        ills.add(pods.size() + " pods");
      }
      for (BrokerPod pod : pods) {
        if (!ready(pod)) {
          ills.add(pod.name() + " is not ready");
        }
      }
      if (ills.isEmpty()) {
        partitions(client, ills);
      }
    } catch (IllegalStateException | ExecutionException e) {
      ills.add(e.toString().lines().findFirst().orElse("?"));
    }
    return ills;
  }

  private boolean ready(BrokerPod pod) throws InterruptedException {
    if (pod.address().isEmpty()) {
      return false;
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + pod.address() + ":8080/readyz"))
            .timeout(Duration.ofSeconds(2))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static void partitions(Admin client, List<String> ills)
      throws InterruptedException, ExecutionException {
    var names = client.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
    for (TopicDescription topic : client.describeTopics(names).allTopicNames().get().values()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        boolean led = partition.leader() != null && !partition.leader().isEmpty();
        if ((!led || partition.isr().size() < partition.replicas().size()) && ills.size() < TOLD) {
          ills.add(
              "%s-%d: leader %s, in sync %s of %s"
                  .formatted(
                      topic.name(),
                      partition.partition(),
                      led ? partition.leader().idString() : "none",
                      partition.isr().stream().map(node -> node.idString()).toList(),
                      partition.replicas().stream().map(node -> node.idString()).toList()));
        }
      }
    }
  }
}
