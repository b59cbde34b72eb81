package dev.millrace.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Answers the operator's probes, and Prometheus. {@code /livez} is well while the process can
 * answer at all: a watch that reconnects is no reason to restart. {@code /readyz} is well once it
 * reconciles. {@code /metrics} tells how it does.
 */
final class HealthEndpoint implements AutoCloseable {
  private static final String PLAIN = "text/plain; charset=utf-8";

  /** Prometheus' own name for its text format. */
  private static final String EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;

  private HealthEndpoint(HttpServer server) {
    this.server = server;
  }

  /**
   * Begins to answer.
   *
   * @param port 0 for any that is free
   * @param metrics called by the one thread that answers, for each question
   */
  static HealthEndpoint start(int port, BooleanSupplier ready, Supplier<String> metrics) {
    try {
      var server = HttpServer.create(new InetSocketAddress(port), 0);
      server.createContext("/livez", exchange -> probe(exchange, true));
      server.createContext("/readyz", exchange -> probe(exchange, ready.getAsBoolean()));
      server.createContext(
          "/metrics",
          exchange -> answer(exchange, HttpURLConnection.HTTP_OK, EXPOSITION, metrics.get()));
      server.start();
      return new HealthEndpoint(server);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen for probes on port " + port, e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  private static void probe(HttpExchange exchange, boolean well) throws IOException {
    answer(
        exchange,
        well ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_UNAVAILABLE,
        PLAIN,
        well ? "ok\n" : "starting\n");
  }

  private static void answer(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    try (exchange) {
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(code, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
