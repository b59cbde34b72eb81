package dev.millrace.faults.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.faults.check.HistoryChecker;
import dev.millrace.faults.check.Rule;
import dev.millrace.faults.check.Verdict;
import dev.millrace.launch.Checkout;
import dev.millrace.launch.Peer;
import dev.millrace.launch.Peers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workload and judge against one broker as a process, which is killed, and which is robbed. */
class OneBrokerIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Topics TOPICS = Topics.of("one-", 2, 3, 1, 1);
  private static final Load LOAD =
      new Load(3, 600, 200, Duration.ofMinutes(2), Duration.ofSeconds(10), "classic");

  @TempDir Path folder;

  enum Kind {
    MILLRACE,
    KAFKA;

    Peer make(Path folder) {
      Peers peers = new Peers(Checkout.find());
      return this == KAFKA
          ? peers.kafka("kafka", folder, List.of("-Xmx512m"), Map.of())
          : peers.millrace("millrace", folder, Peers.MILLRACE_JVM, Map.of());
    }
  }

  private static void createTopics(ClientSettings settings) throws InterruptedException {
    try (Admin admin = Admin.create(settings.admin())) {
      TOPICS.create(admin);
    }
  }

  private static void awaitAcknowledged(Workload workload, long more) {
    long target = workload.acknowledged() + more;
    await().atMost(LIMIT).until(() -> workload.acknowledged() >= target);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void nothingIsLostWhenTheProcessIsKilledUnderLoad(Kind kind) throws InterruptedException {
    try (Peer broker = kind.make(folder)) {
      // Given
      broker.start();
      broker.awaitReady(LIMIT);
      ClientSettings settings = new ClientSettings(List.of(broker.bootstrap()), LOAD);
      createTopics(settings);
      Verdict verdict = new Verdict();
      try (Workload workload = new Workload(TOPICS, settings, 1)) {
        workload.start();

        // When
        for (int round = 0; round < 3; round++) {
          awaitAcknowledged(workload, 2000);
          broker.kill();
          broker.start();
          broker.awaitReady(LIMIT);
        }
        awaitAcknowledged(workload, 2000);
        HistoryChecker.check(workload.finish(LIMIT), verdict);
      }

      // Then
      assertThat(verdict.findings()).isEmpty();
      assertThat(verdict.examined(Rule.LOST)).isGreaterThanOrEqualTo(8000);
      assertThat(verdict.examined(Rule.UNCOMMITTED)).isPositive();
      assertThat(verdict.examined(Rule.GROUP_MOVED_BACK)).isPositive();
    }
  }

  @Test
  void theJudgeNoticesThatTheEndOfALogIsGone() throws Exception {
    try (Peer broker = Kind.MILLRACE.make(folder)) {
      // Given
      broker.start();
      broker.awaitReady(LIMIT);
      ClientSettings settings = new ClientSettings(List.of(broker.bootstrap()), LOAD);
      createTopics(settings);
      Verdict verdict = new Verdict();
      try (Workload workload = new Workload(TOPICS, settings, 1)) {
        workload.start();
        awaitAcknowledged(workload, 5000);
        workload.stopProducers();

        // When
        broker.kill();
        truncate(broker.data().resolve("one-0-1"));
        broker.start();
        broker.awaitReady(LIMIT);
        HistoryChecker.check(workload.finish(LIMIT), verdict);
      }

      // Then
      assertThat(verdict.count(Rule.LOST)).as(verdict.findings().toString()).isPositive();
      assertThat(verdict.findings())
          .filteredOn(finding -> finding.rule() == Rule.LOST)
          .allSatisfy(finding -> assertThat(finding.text()).startsWith("one-0-1"));
    }
  }

  private static void truncate(Path partition) throws IOException {
    Path last;
    try (Stream<Path> files = Files.list(partition)) {
      last = files.filter(file -> file.toString().endsWith(".log")).sorted().toList().getLast();
    }
    try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() * 3 / 4);
    }
  }
}
