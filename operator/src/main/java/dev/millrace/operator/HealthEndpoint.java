package dev.millrace.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * Answers the operator's probes. {@code /livez} is well while the process can answer at all: a
 * watch that reconnects is no reason to restart. {@code /readyz} is well once it reconciles.
 */
final class HealthEndpoint implements AutoCloseable {
  private final HttpServer server;

  private HealthEndpoint(HttpServer server) {
    this.server = server;
  }

  static HealthEndpoint start(int port, BooleanSupplier ready) {
    try {
      var server = HttpServer.create(new InetSocketAddress(port), 0);
      server.createContext("/livez", exchange -> answer(exchange, true));
      server.createContext("/readyz", exchange -> answer(exchange, ready.getAsBoolean()));
      server.start();
      return new HealthEndpoint(server);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen for probes on port " + port, e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, boolean well) throws IOException {
    try (exchange) {
      var text = (well ? "ok\n" : "starting\n").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(
          well ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_UNAVAILABLE, text.length);
      exchange.getResponseBody().write(text);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
