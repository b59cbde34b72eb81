package dev.millrace.plugin.command;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** An API server that says what a test tells it to, and what the program made of it. */
final class PlayedApi implements AutoCloseable {
  /** What a command came to. */
  record Outcome(int code, String out, String err) {}

  private record Answer(int code, String body) {}

  private final HttpServer server;
  private final Path kubeconfig;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  PlayedApi(Path directory) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            String query = exchange.getRequestURI().getQuery();
            Answer unknown = new Answer(404, "{\"kind\":\"Status\",\"message\":\"not found\"}");
            Answer answer =
                answers.getOrDefault(path + "?" + query, answers.getOrDefault(path, unknown));
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.code(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    kubeconfig =
        Files.writeString(
            directory.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
            users: [{name: u, user: {token: t}}]
            contexts: [{name: played, context: {cluster: c, user: u, namespace: shop}}]
            current-context: played
            """
                .formatted(server.getAddress().getPort()));
  }

  /** What is at a path, with whatever query if it has none. */
  PlayedApi at(String path, String body) {
    answers.put(path, new Answer(200, body));
    return this;
  }

  /** What the server says in place of what is at a path. */
  PlayedApi refusing(String path, int code, String message) {
    answers.put(path, new Answer(code, "{\"kind\":\"Status\",\"message\":\"" + message + "\"}"));
    return this;
  }

  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Runs a command as the user of this server's kubeconfig. */
  Outcome run(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.add("--kubeconfig=" + kubeconfig);
    all.add("--request-timeout=60s");
    return plainly(all.toArray(String[]::new));
  }

  /** Runs a command as it is. */
  static Outcome plainly(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code = Millrace.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Outcome(code, out.toString(), err.toString());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
