package dev.millrace.local.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.registry.ResourceService;
import dev.millrace.local.api.registry.TypeRegistry;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The door of the embedded API: who asks, what for, and what a failure looks like. */
public final class ApiFront implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ApiFront.class);

  /** What the server says it is: the behaviour is modelled on this release. */
  private static final String VERSION = "v1.34.0+millrace";

  /** Segments of {@code /api/v1/namespaces/NS/pods/POD}. */
  private static final int POD = 6;

  private final TypeRegistry types;
  private final Tokens tokens;
  private final Discovery discovery;
  private final OpenApi openApi;
  private final ResourceHandler resources;
  private final PodProxy proxy;

  public ApiFront(
      TypeRegistry types,
      ResourceService service,
      Tokens tokens,
      PodLogs logs,
      InstantSource clock) {
    this.types = types;
    this.tokens = tokens;
    this.discovery = new Discovery(types);
    this.openApi = new OpenApi(types);
    this.resources = new ResourceHandler(service, tokens, logs, clock);
    this.proxy = new PodProxy(service);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply = new Reply(exchange);
      try {
        Request request = Request.of(exchange);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null || !tokens.accepts(authorization)) {
          throw ApiException.unauthorized();
        }
        if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
          // Clients that try a web socket first take this for "no web sockets here" and go on with
          // a stream.
          exchange.getResponseHeaders().set("Connection", "close");
          reply.text("");
          return;
        }
        route(request, reply);
      } catch (ApiException e) {
        refuse(exchange, reply, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("method", exchange.getRequestMethod())
            .addKeyValue("uri", exchange.getRequestURI())
            .setCause(e)
            .log("Request failed");
        refuse(exchange, reply, ApiException.internal(String.valueOf(e)));
      }
    }
  }

  private static void refuse(HttpExchange exchange, Reply reply, ApiException e)
      throws IOException {
    if (exchange.getResponseCode() < 0) {
      reply.json(e.code(), e.status());
    }
  }

  private void route(Request request, Reply reply) throws IOException, InterruptedException {
    List<String> path = request.path();
    String first = path.isEmpty() ? "" : path.getFirst();
    switch (first) {
      case "api", "apis" -> api(request, reply);
      case "openapi" -> openApi(path, reply);
      case "version" -> reply.json(version());
      case "healthz", "livez", "readyz" -> reply.text("ok");
      default -> throw ApiException.noSuchPath();
    }
  }

  private void api(Request request, Reply reply) throws IOException, InterruptedException {
    List<String> path = request.path();
    boolean core = path.getFirst().equals("api");
    if (path.size() == 1) {
      discovery.root(request, reply);
    } else if (!core && path.size() == 2) {
      reply.json(discovery.group(path.get(1)));
    } else if (path.size() == (core ? 2 : 3)) {
      reply.json(discovery.resources(core ? path.get(1) : path.get(1) + "/" + path.get(2)));
    } else if (PodProxy.serves(path)) {
      proxy.handle(request, ResourcePath.of(path.subList(0, POD), types).type(), reply);
    } else {
      resources.handle(request, ResourcePath.of(path, types), reply);
    }
  }

  private void openApi(List<String> path, Reply reply) throws IOException {
    if (path.size() < 2 || !path.get(1).equals("v3")) {
      throw ApiException.noSuchPath();
    } else if (path.size() == 2) {
      reply.json(openApi.index());
    } else {
      // /openapi/v3/api/v1 or /openapi/v3/apis/GROUP/VERSION
      reply.json(openApi.document(String.join("/", path.subList(3, path.size()))));
    }
  }

  private static ObjectNode version() {
    return Json.object()
        .put("major", "1")
        .put("minor", "34")
        .put("gitVersion", VERSION)
        .put("gitCommit", "")
        .put("gitTreeState", "clean")
        .put("buildDate", "2026-01-01T00:00:00Z")
        .put("goVersion", "")
        .put("compiler", "")
        .put("platform", "");
  }
}
