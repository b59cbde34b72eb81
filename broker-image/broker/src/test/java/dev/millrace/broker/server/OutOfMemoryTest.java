package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.wire.WireClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that is out of memory ends, at once and with the reason where Kubernetes finds it. */
class OutOfMemoryTest {
  private static final int OUT_OF_MEMORY = 3;

  @TempDir Path directory;

  @Test
  void withoutHeapTheJvmEndsItAndTheReasonIsTheLastLineOfTheLog() throws Exception {
    // Given
    try (var broker = new BrokerProcess(directory, 0, "", List.of("-Xmx12m"))) {
      // When
      int exitCode = broker.awaitEnd();

      // Then: no Java code runs any more that could write the reason
      assertThat(exitCode).isEqualTo(OUT_OF_MEMORY);
      assertThat(broker.terminationMessage()).isEmpty();
      assertThat(broker.output().strip().lines().toList().getLast())
          .startsWith("Terminating due to java.lang.OutOfMemoryError");
    }
  }

  @Test
  void withoutDirectMemoryItEndsItselfAndSaysWhy() throws Exception {
    // Given: as much as it gives to requests at the least, and there is more that wants some
    try (var broker = new BrokerProcess(directory, 0, "", List.of("-XX:MaxDirectMemorySize=4m"))) {
      broker.awaitReady();

      // When: each connection holds some of what it can
      List<WireClient> holding = new ArrayList<>();
      await().atMost(BrokerHarness.DEADLINE).until(() -> isGoneOr(broker, holding));

      // Then
      assertThat(broker.awaitEnd()).isEqualTo(OUT_OF_MEMORY);
      assertThat(broker.terminationMessage())
          .startsWith("out of memory: ")
          .contains("direct memory");
      for (WireClient client : holding) {
        client.close();
      }
    }
  }

  @Test
  void anErrorThatSomebodyCatchesAndLogsEndsItAsWell() throws Exception {
    // Given
    Path reason = Files.createFile(directory.resolve("reason"));
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            SwallowedErrors.class.getName());
    builder.environment().put(Termination.REASON_FILE, reason.toString());
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());

    // When
    Process process = builder.start();

    // Then
    assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(OUT_OF_MEMORY);
    assertThat(reason)
        .hasContent(
            "out of memory: java.lang.OutOfMemoryError:"
                + " Cannot reserve 1 bytes of direct buffer memory");
    assertThat(directory.resolve("log")).content().contains("The broker ends");
  }

  private static boolean isGoneOr(BrokerProcess broker, List<WireClient> holding) {
    try {
      holding.add(halfOfARequest(broker));
    } catch (IOException e) {
      // It is about to be gone.
    }
    return !broker.isAlive();
  }

  private static WireClient halfOfARequest(BrokerProcess broker) throws IOException {
    var client = new WireClient(broker.clientPort());
    int length = 1 << 20;
    var begun = ByteBuffer.allocate(4 + length - 100);
    begun.putInt(length).putShort(ApiKeys.PRODUCE.id).putShort((short) 9);
    client.sendBytes(begun.array());
    return client;
  }
}
