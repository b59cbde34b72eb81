package dev.millrace.plugin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.Up;
import dev.millrace.plugin.command.PlayedApi.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The commands on an operator and three brokers that run as processes of this machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // Set before all tests.
class RealBrokersIT {
  private Path directory;
  private Process cluster;
  private Path kubeconfig;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    directory = temporary;
    cluster =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                Up.class.getName(),
                "--api=embedded",
                "--records=20000",
                "--data=" + directory)
            .redirectErrorStream(true)
            .start();
    kubeconfig = directory.resolve("kubeconfig");
    var said = new StringBuilder();
    var lines =
        new BufferedReader(new InputStreamReader(cluster.getInputStream(), StandardCharsets.UTF_8));
    String line = "";
    while (!line.contains("The cluster is up")) {
      line = lines.readLine();
      assertThat(line).as("it ended:%n%s", said).isNotNull();
      said.append(line).append('\n');
    }
  }

  @AfterAll
  void stop() throws InterruptedException {
    cluster.destroy();
    assertThat(cluster.waitFor(2, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void statusDrawsThePartitionsThatBrokersTellOf() {
    // When
    Outcome outcome = run("status", "--color=never", "--width=120");

    // Then
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsPattern("default/events: 3 of 3 brokers ready, \\d+ partitions")
        .containsPattern("\\n[ *]0 +events-0 +local ")
        .containsPattern("\\n0  .*●.*\\n1  .*●.*\\n2  .*●")
        .doesNotContain("Not shown", "✗", "!");
  }

  @Test
  void topicsAndTopTellOfWhatIsThere() {
    // When
    Outcome topics = run("topics");
    Outcome top = run("top", "--once", "--interval=1s");

    // Then
    assertThat(topics.out())
        .startsWith("TOPIC ")
        .containsPattern("\\n\\S+ +\\d+ +3 +2 +0 +0 +0 +0");
    assertThat(top.out().lines()).hasSize(5).last().asString().startsWith("all ");
    assertThat(topics.code() + top.code()).isZero();
  }

  @Test
  void aPlanComesFromTheOperatorAndLeavesTheSpecAsItWas() {
    // When
    Outcome outcome = run("plan", "events", "--brokers=4");
    Outcome after = run("status");

    // Then
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("brokers:  from 3 to 4");
    assertThat(after.out()).contains("3 of 3 brokers").doesNotContain("4 asked for");
  }

  @Test
  void aBundleHasTheLogsAndAnswersOfAllBrokers() {
    // When
    Outcome outcome = run("diagnose", "-o", directory.resolve("bundle.tar.gz").toString());

    // Then
    assertThat(outcome.err()).isEmpty();
    for (int id = 0; id < 3; id++) {
      assertThat(outcome.out())
          .contains("brokers/events-" + id + "/partitions.json")
          .contains("logs/events-" + id + ".");
    }
  }

  private Outcome run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--kubeconfig=" + kubeconfig);
    return PlayedApi.plainly(all.toArray(String[]::new));
  }
}
