package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The Kubernetes API over the JDK's HTTP client. HTTP/1.1, so that a watch and a write do not share
 * a connection and one that died in silence costs only its own request. Writes are sent once; the
 * JDK repeats only GETs by itself.
 */
public final class HttpKubeApi implements KubeApi {
  private static final String JSON = "application/json";
  private static final String METADATA_ONLY =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

  private final KubeAccess access;
  private final Optional<TokenFile> token;
  private final HttpClient client;
  private final ObjectMapper mapper = new ObjectMapper();
  private final Set<InputStream> watches = ConcurrentHashMap.newKeySet();

  public HttpKubeApi(KubeAccess access) {
    this.access = access;
    this.token = access.credentials().map(dir -> new TokenFile(dir.resolve("token")));
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(access.connectTimeout());
    Optional<Path> ca = access.credentials().map(dir -> dir.resolve("ca.crt"));
    if (ca.isPresent() && Files.exists(ca.get())) {
      builder.sslContext(Trust.of(ca.get()));
    }
    this.client = builder.build();
  }

  @Override
  public JsonNode get(String path) throws ApiException, InterruptedException {
    return exchange(request(path).GET());
  }

  @Override
  public JsonNode listMetadata(String path) throws ApiException, InterruptedException {
    return exchange(request(path).setHeader("Accept", METADATA_ONLY).GET());
  }

  @Override
  public JsonNode create(String path, JsonNode object) throws ApiException, InterruptedException {
    return exchange(request(path).header("Content-Type", JSON).POST(body(object)));
  }

  @Override
  public JsonNode update(String path, JsonNode object) throws ApiException, InterruptedException {
    return exchange(request(path).header("Content-Type", JSON).PUT(body(object)));
  }

  @Override
  public void delete(String path) throws ApiException, InterruptedException {
    exchange(request(path).DELETE());
  }

  private HttpRequest.Builder request(String path) {
    var builder =
        HttpRequest.newBuilder(access.url().resolve(path))
            .timeout(access.requestTimeout())
            .header("Accept", JSON)
            .header("User-Agent", "millrace-broker");
    token.flatMap(TokenFile::token).ifPresent(t -> builder.header("Authorization", "Bearer " + t));
    return builder;
  }

  private BodyPublisher body(JsonNode object) {
    try {
      return BodyPublishers.ofByteArray(mapper.writeValueAsBytes(object));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write an object as JSON", e);
    }
  }

  private JsonNode exchange(HttpRequest.Builder builder) throws ApiException, InterruptedException {
    HttpRequest request = builder.build();
    HttpResponse<byte[]> response =
        await(client.sendAsync(request, BodyHandlers.ofByteArray()), request);
    JsonNode answer = parse(response, request);
    if (response.statusCode() / 100 != 2) {
      throw refused(response.statusCode(), answer, request);
    }
    return answer;
  }

  /** The request's own time-out ends with the headers; this one covers the body too. */
  private <T> HttpResponse<T> await(CompletableFuture<HttpResponse<T>> pending, HttpRequest request)
      throws ApiException, InterruptedException {
    try {
      return pending.get(2 * access.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      pending.cancel(true);
      throw e;
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new ApiException.NoAnswer(describe(request) + ": no whole answer in time", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String message = describe(request) + ": " + cause;
      if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
        throw new ApiException.Unreachable(message, cause);
      }
      throw new ApiException.NoAnswer(message, cause);
    }
  }

  private JsonNode parse(HttpResponse<byte[]> response, HttpRequest request)
      throws ApiException.NoAnswer {
    try {
      return mapper.readTree(response.body());
    } catch (IOException e) {
      if (response.statusCode() / 100 != 2) {
        return mapper.missingNode();
      }
      throw new ApiException.NoAnswer(describe(request) + ": the answer is not JSON", e);
    }
  }

  private static ApiException.Refused refused(int status, JsonNode answer, HttpRequest request) {
    String message = answer.path("message").asText("");
    return new ApiException.Refused(
        status, describe(request) + ": " + status + (message.isEmpty() ? "" : " " + message));
  }

  private static String describe(HttpRequest request) {
    return request.method() + " " + request.uri();
  }

  @Override
  public void watch(String path, Consumer<WatchEvent> events)
      throws ApiException, InterruptedException {
    HttpRequest request = request(path).GET().build();
    HttpResponse<InputStream> response =
        await(client.sendAsync(request, BodyHandlers.ofInputStream()), request);
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new ApiException.Refused(
            response.statusCode(), describe(request) + ": " + response.statusCode());
      }
      watches.add(body);
      stream(body, events);
    } catch (IOException e) {
      throw new ApiException.NoAnswer(describe(request) + ": " + e, e);
    } finally {
      watches.remove(response.body());
    }
  }

  private void stream(InputStream body, Consumer<WatchEvent> events)
      throws IOException, ApiException.Refused {
    try (MappingIterator<JsonNode> lines = mapper.readerFor(JsonNode.class).readValues(body)) {
      while (lines.hasNextValue()) {
        JsonNode line = lines.nextValue();
        String type = line.path("type").asText();
        JsonNode object = line.path("object");
        if (type.equals("ERROR")) {
          throw new ApiException.Refused(
              object.path("code").asInt(500), "watch: " + object.path("message").asText());
        }
        events.accept(new WatchEvent(type, object));
      }
    }
  }

  /** Ends running watches and requests. */
  @Override
  public void close() {
    for (InputStream watch : watches) {
      try {
        watch.close();
      } catch (IOException e) {
        // A watch that cannot be closed ends with the client.
        continue;
      }
    }
    client.shutdownNow();
  }
}
