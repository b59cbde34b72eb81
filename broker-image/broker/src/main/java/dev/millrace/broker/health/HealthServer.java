package dev.millrace.broker.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP for the kubelet, the operator and Prometheus: {@code /livez}, {@code /readyz}, {@code
 * /metrics}, {@code /v1/broker}, {@code /v1/cluster}, {@code /v1/partitions}. One virtual thread a
 * request; answers are bounded. Up before everything else, so that a long recovery can be watched.
 */
public final class HealthServer implements AutoCloseable {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final Logger LOGGER = LoggerFactory.getLogger(HealthServer.class);

  /** Answers a question by what stands behind its question mark; empty where nothing does. */
  @FunctionalInterface
  private interface Responder {
    Answer answer(String query) throws Exception;
  }

  private record Answer(int status, String type, byte[] body) {
    static Answer text(int status, String body) {
      return new Answer(status, TEXT, (body + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ObjectMapper json = new ObjectMapper();

  private HealthServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Binds and answers from now on.
   *
   * @throws IOException if the address is taken or not ours
   */
  public static HealthServer start(InetSocketAddress address, HealthSource source)
      throws IOException {
    var health = new HealthServer(HttpServer.create(address, 0));
    health.serve("/livez", _ -> probe(source.stuck()));
    health.serve("/readyz", _ -> probe(source.notReady()));
    health.serve("/metrics", _ -> metrics(source));
    health.serve("/v1/broker", _ -> health.json(source.broker()));
    health.serve("/v1/cluster", _ -> health.json(source.cluster()));
    health.serve("/v1/partitions", query -> health.partitions(source, query));
    health.server.setExecutor(health.threads);
    health.server.start();
    return health;
  }

  /** Where it listens: with a port where the one asked for was 0. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private static Answer probe(Optional<String> reason) {
    return reason.map(text -> Answer.text(503, text)).orElseGet(() -> Answer.text(200, "ok"));
  }

  private static Answer metrics(HealthSource source) {
    var metrics = new Metrics();
    source.measure(metrics);
    return new Answer(200, PROMETHEUS, metrics.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Answer json(Object value) throws IOException {
    return new Answer(200, JSON, json.writeValueAsBytes(value));
  }

  private Answer partitions(HealthSource source, String query) throws IOException {
    PartitionQuery asked;
    try {
      asked = PartitionQuery.parse(query);
    } catch (IllegalArgumentException e) {
      return Answer.text(400, String.valueOf(e.getMessage()));
    }
    return json(source.partitions(asked));
  }

  private void serve(String path, Responder answer) {
    HttpHandler handler =
        exchange -> {
          try (exchange) {
            send(exchange, path, answer);
          }
        };
    server.createContext(path, handler);
  }

  private static void send(HttpExchange exchange, String path, Responder answer)
      throws IOException {
    Answer sent;
    if (!exchange.getRequestURI().getPath().equals(path)) {
      sent = Answer.text(404, "There is nothing here");
    } else if (!exchange.getRequestMethod().equals("GET")) {
      sent = Answer.text(405, "GET only");
    } else {
      String query = exchange.getRequestURI().getRawQuery();
      sent = answered(path, query == null ? "" : query, answer);
    }
    exchange.getResponseHeaders().set("Content-Type", sent.type());
    exchange.sendResponseHeaders(sent.status(), sent.body().length);
    exchange.getResponseBody().write(sent.body());
  }

  private static Answer answered(String path, String query, Responder answer) {
    try {
      return answer.answer(query);
    } catch (Exception e) {
      LOGGER.atWarn().addKeyValue("path", path).setCause(e).log("Could not answer");
      return Answer.text(500, e.toString());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
