package dev.millrace.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthEndpointTest {
  private final AtomicBoolean ready = new AtomicBoolean();
  private final HealthEndpoint endpoint =
      HealthEndpoint.start(0, ready::get, () -> "millrace_operator_leader 1\n");
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    endpoint.close();
  }

  @Test
  void itIsAliveBeforeItIsReady() throws IOException, InterruptedException {
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(503);

    ready.set(true);

    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void prometheusIsToldInItsOwnFormat() throws IOException, InterruptedException {
    var answer = get("/metrics");

    assertThat(answer.body()).isEqualTo("millrace_operator_leader 1\n");
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path)).build(),
        BodyHandlers.ofString());
  }
}
