package dev.millrace.local.node;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A container's program for tests: counts its starts in a file of its volume, answers its probe,
 * ends with an error when asked to.
 */
final class FakeBroker {
  private FakeBroker() {}

  public static void main(String[] args) throws Exception {
    Path volume = Path.of(args[0]);
    Files.writeString(
        volume.resolve("starts"),
        System.getenv("POD_NAME") + " " + Files.readString(Path.of(args[1])) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    HttpServer server = HttpServer.create(new InetSocketAddress(System.getenv("POD_IP"), 8080), 0);
    server.createContext(
        "/",
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/crash")) {
            Runtime.getRuntime().halt(3);
          }
          byte[] body = "ok".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }
}
