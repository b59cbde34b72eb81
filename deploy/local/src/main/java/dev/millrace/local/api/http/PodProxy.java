package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.registry.ResourceService;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code /api/v1/namespaces/NS/pods/POD:PORT/proxy/…}: what a pod answers over HTTP, for GET only.
 * Safe on any thread.
 */
final class PodProxy {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int PROXY = 5;

  private final ResourceService service;
  private final HttpClient http = HttpClient.newHttpClient();

  PodProxy(ResourceService service) {
    this.service = service;
  }

  /** Whether a path below {@code /api/v1} is one to pass on. */
  static boolean serves(List<String> path) {
    return path.size() > PROXY + 1
        && path.get(0).equals("api")
        && path.get(2).equals("namespaces")
        && path.get(4).equals("pods")
        && path.get(PROXY + 1).equals("proxy");
  }

  void handle(Request request, ResourceType pods, Reply reply)
      throws IOException, InterruptedException {
    if (!request.method().equals("GET")) {
      throw ApiException.methodNotAllowed();
    }
    List<String> path = request.path();
    String[] nameAndPort = path.get(PROXY).split(":", 2);
    ObjectNode pod = service.get(pods, path.get(3), nameAndPort[0]);
    String address = Json.text(pod, "status", "podIP");
    if (address.isEmpty()) {
      throw ApiException.unavailable("address not allowed: the pod has none");
    }
    String port = nameAndPort.length > 1 ? nameAndPort[1] : "80";
    String query =
        request.query().entrySet().stream()
            .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    String target =
        "http://"
            + address
            + ":"
            + port
            + "/"
            + String.join("/", path.subList(PROXY + 2, path.size()))
            + (query.isEmpty() ? "" : "?" + query);
    try {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(new URI(target)).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      String type = answer.headers().firstValue("Content-Type").orElse("text/plain");
      reply.send(answer.statusCode(), type, answer.body());
    } catch (URISyntaxException e) {
      throw ApiException.badRequest("no address to pass this on to: " + target);
    } catch (IOException e) {
      throw ApiException.unavailable("error trying to reach service: " + e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
