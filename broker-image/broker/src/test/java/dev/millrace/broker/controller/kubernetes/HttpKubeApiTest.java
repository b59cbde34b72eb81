package dev.millrace.broker.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpKubeApiTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path credentials;

  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final CountDownLatch never = new CountDownLatch(1);
  private HttpServer server;
  private HttpKubeApi api;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(task -> Thread.ofVirtual().start(task));
    server.createContext("/fine", exchange -> answer(exchange, 200, "{\"kind\":\"Thing\"}"));
    server.createContext("/sick", exchange -> answer(exchange, 503, "no leader"));
    server.createContext(
        "/conflict", exchange -> answer(exchange, 409, "{\"message\":\"has changed\"}"));
    server.createContext("/cut", HttpExchange::close);
    server.createContext(
        "/watch",
        exchange ->
            answer(
                exchange,
                200,
                """
                {"type":"ADDED","object":{"n":1}}
                {"type":"BOOKMARK","object":{"n":2}}
                {"type":"ERROR","object":{"code":410,"message":"too old"}}
                """));
    server.createContext(
        "/silent",
        exchange -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    api = api(server.getAddress().getPort(), PATIENCE);
  }

  private HttpKubeApi api(int port, Duration patience) {
    return new HttpKubeApi(
        new KubeAccess(
            URI.create("http://127.0.0.1:" + port),
            Optional.of(credentials),
            Duration.ofSeconds(5),
            patience));
  }

  private void answer(HttpExchange exchange, int status, String body) throws IOException {
    tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes();
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @AfterEach
  void stop() {
    never.countDown();
    api.close();
    server.stop(0);
  }

  @Test
  void theTokenIsReadAgainWhenItsFileChanges() throws Exception {
    // Given
    Path file = credentials.resolve("token");
    api.get("/fine");
    Files.writeString(file, "first\n");
    api.get("/fine");

    // When
    Files.writeString(file, "second\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    api.get("/fine");

    // Then
    assertThat(tokens).containsExactly("null", "Bearer first", "Bearer second");
  }

  @Test
  void aServerThatIsNotThereHasCertainlyNotWritten() {
    // Given
    int port = server.getAddress().getPort();
    server.stop(0);

    // When, Then
    assertThatThrownBy(
            () -> api(port, PATIENCE).create("/fine", JsonNodeFactory.instance.objectNode()))
        .isInstanceOf(ApiException.Unreachable.class);
  }

  @Test
  void aServerThatDoesNotAnswerMayHaveWritten() {
    try (var hurried = api(server.getAddress().getPort(), Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> hurried.create("/silent", JsonNodeFactory.instance.objectNode()))
          .isInstanceOf(ApiException.NoAnswer.class);
    }
  }

  @Test
  void aConnectionCutBeforeTheAnswerMayHaveWritten() {
    assertThatThrownBy(() -> api.update("/cut", JsonNodeFactory.instance.objectNode()))
        .isInstanceOf(ApiException.NoAnswer.class);
  }

  @Test
  void errorsFromBehindTheServerLeaveTheOutcomeOpenAndConflictsDoNot() {
    assertThatThrownBy(() -> api.update("/sick", JsonNodeFactory.instance.objectNode()))
        .isInstanceOfSatisfying(
            ApiException.Refused.class, e -> assertThat(e.leavesOutcomeOpen()).isTrue());
    assertThatThrownBy(() -> api.update("/conflict", JsonNodeFactory.instance.objectNode()))
        .isInstanceOfSatisfying(
            ApiException.Refused.class,
            e -> {
              assertThat(e.isConflict()).isTrue();
              assertThat(e.leavesOutcomeOpen()).isFalse();
              assertThat(e).hasMessageContaining("has changed");
            });
  }

  @Test
  void aWatchStreamsItsEventsAndTellsThatItsVersionIsGone() {
    // Given
    var seen = new ArrayList<String>();

    // When, Then
    assertThatThrownBy(
            () -> api.watch("/watch", event -> seen.add(event.type() + event.object().path("n"))))
        .isInstanceOfSatisfying(ApiException.Refused.class, e -> assertThat(e.isGone()).isTrue());
    assertThat(seen).containsExactly("ADDED1", "BOOKMARK2");
  }

  @Test
  void anUrlThatIsNotHttpIsRefused() {
    assertThatThrownBy(() -> KubeAccess.of(URI.create("ftp://x"), Optional.empty()))
        .hasMessageContaining("http:// or https://");
  }
}
