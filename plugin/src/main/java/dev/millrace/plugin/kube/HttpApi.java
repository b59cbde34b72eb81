package dev.millrace.plugin.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The API server over HTTP, with whatever the kubeconfig says of certificates, tokens and programs
 * that fetch them. Nothing is tried twice: who sits before a terminal wants to know at once.
 */
public final class HttpApi implements Api, AutoCloseable {
  private static final int SHOWN = 300;

  private final KubernetesClient client;
  private final String root;

  /** By this configuration; asks nothing yet. */
  public HttpApi(Config config) {
    this.client = new KubernetesClientBuilder().withConfig(config).build();
    String url = config.getMasterUrl();
    this.root = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  @Override
  public String get(String path) {
    return answer(builder(path).build());
  }

  @Override
  public String send(Method method, String path, String body) {
    return answer(builder(path).method(method.verb(), method.contentType(), body).build());
  }

  private HttpRequest.Builder builder(String path) {
    return client
        .getHttpClient()
        .newHttpRequestBuilder()
        .uri(root + path)
        .timeout(client.getConfiguration().getRequestTimeout(), TimeUnit.MILLISECONDS);
  }

  private String answer(HttpRequest request) {
    HttpResponse<String> response;
    try {
      response = client.getHttpClient().sendAsync(request, String.class).join();
    } catch (CompletionException e) {
      throw new ApiException(
          ApiException.UNREACHABLE, "no answer from " + root + ": " + innermost(e));
    }
    if (!response.isSuccessful()) {
      throw new ApiException(response.code(), message(response));
    }
    return response.body() == null ? "" : response.body();
  }

  /** Failures come wrapped, and what happened is what the last of them says. */
  private static String innermost(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String name = last.getClass().getSimpleName();
    return last.getMessage() == null ? name : name + ": " + last.getMessage();
  }

  /** The server itself answers a Status; proxies say what they like. */
  private static String message(HttpResponse<String> response) {
    try {
      String body = response.bodyString();
      String text = body == null ? "" : body.strip();
      return text.startsWith("{")
          ? Json.text(Json.MAPPER.readTree(text), "/message").orElse(shortened(text))
          : shortened(text);
    } catch (JsonProcessingException e) {
      return "HTTP " + response.code();
    } catch (IOException e) {
      return "HTTP " + response.code() + ": " + e.getMessage();
    }
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  @Override
  public void close() {
    client.close();
  }
}
