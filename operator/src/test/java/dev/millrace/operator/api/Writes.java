package dev.millrace.operator.api;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes every request of a client that could change something. */
final class Writes implements Interceptor {
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (!"GET".equals(request.method())) {
      seen.add(request.method() + " " + request.uri().getPath());
    }
  }

  List<String> seen() {
    return List.copyOf(seen);
  }

  void forget() {
    seen.clear();
  }
}
