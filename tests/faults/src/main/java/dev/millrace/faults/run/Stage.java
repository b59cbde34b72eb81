package dev.millrace.faults.run;

import dev.millrace.faults.check.HistoryChecker;
import dev.millrace.faults.check.Verdict;
import dev.millrace.faults.cluster.Arena;
import dev.millrace.faults.cluster.BrokerId;
import dev.millrace.faults.cluster.Health;
import dev.millrace.faults.fault.Injector;
import dev.millrace.faults.workload.ClientSettings;
import dev.millrace.faults.workload.Topics;
import dev.millrace.faults.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/**
 * What all runs share: the arena, set up, and how to speak to it. Used by one thread.
 *
 * @param arena where it plays
 * @param injector does faults to it
 * @param topics made when the workload starts
 * @param settings of clients
 * @param seed of all that is random in the workload
 * @param journal what happened
 */
record Stage(
    Arena arena,
    Injector injector,
    Topics topics,
    ClientSettings settings,
    long seed,
    Journal journal) {
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration FINAL_READ = Duration.ofMinutes(10);
  private static final int WARM = 200;

  /** Makes the topics, starts the workload, and returns when all partitions get their share. */
  Workload startWorkload() throws InterruptedException {
    try (Admin admin = Admin.create(settings.admin())) {
      topics.create(admin);
    }
    Workload workload = new Workload(topics, settings, seed);
    workload.start();
    long deadline = System.nanoTime() + START.toNanos();
    while (workload.acknowledged() < (long) WARM * workload.partitions().size()) {
      if (System.nanoTime() - deadline > 0) {
        workload.close();
        throw new IllegalStateException(
            "only "
                + workload.acknowledged()
                + " records acknowledged after "
                + START
                + ": "
                + workload.errors().counts());
      }
      sleep(Duration.ofMillis(200));
    }
    List<String> ills = health().await(START);
    journal.say(
        "traffic runs: "
            + workload.acknowledged()
            + " records acknowledged; "
            + (ills.isEmpty() ? "all well" : ills));
    return workload;
  }

  /** Ends a workload, reads all and compares the replicas; says what it found, true if nothing. */
  boolean judge(Workload workload, Verdict verdict) throws InterruptedException {
    workload.stopProducers();
    String sent =
        "%d records acknowledged, %d unknown, %d not sent%n"
            .formatted(workload.acknowledged(), workload.unknown(), workload.failed());
    HistoryChecker.check(workload.finish(FINAL_READ), verdict);
    // What the group's last commits wrote must get to all replicas.
    sleep(Duration.ofSeconds(5));
    arena.compareReplicas(topics.replicas(), verdict);
    journal.report(
        "\n" + sent + Report.errors(workload.errors().counts()) + "\n" + Report.verdict(verdict));
    return verdict.clean();
  }

  Health health() {
    return new Health(arena, settings.admin());
  }

  /** Places of the partitions that a broker leads now. */
  List<Integer> led(BrokerId broker) throws InterruptedException {
    List<TopicPartition> all = topics.all();
    List<Integer> led = new ArrayList<>();
    try (Admin admin = Admin.create(settings.admin())) {
      for (TopicDescription topic :
          admin.describeTopics(topics.names()).allTopicNames().get().values()) {
        topic.partitions().stream()
            .filter(
                partition ->
                    partition.leader() != null && partition.leader().id() == broker.value())
            .forEach(
                partition ->
                    led.add(all.indexOf(new TopicPartition(topic.name(), partition.partition()))));
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot describe the topics: " + e.getCause(), e);
    }
    return led;
  }

  /** Keeps what components and objects say now. */
  void collect(String why) {
    try {
      arena.cluster().collect(journal.folder().resolve(why));
    } catch (IllegalStateException e) {
      journal.say("cannot collect: " + e.getMessage());
    }
  }

  void sleep(Duration time) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
  }
}
