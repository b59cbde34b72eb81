package dev.millrace.operator.metrics;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts a client's requests that could change something, by what they would change. Where nothing
 * changes these stand still, but for the Lease. Thread-safe.
 */
public final class ApiWrites implements Interceptor {
  /** Under this name it is added to a client. */
  public static final String NAME = "api-writes";

  private static final int ERRORS = 400;
  private static final String OTHER = "other";

  private final Map<Kind, LongAdder> sent = new ConcurrentSkipListMap<>();
  private final Map<Kind, LongAdder> refused = new ConcurrentSkipListMap<>();

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (writes(request)) {
      count(sent, request);
    }
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    if (writes(request) && response.code() >= ERRORS) {
      count(refused, request);
    }
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    if (writes(request)) {
      count(refused, request);
    }
  }

  private static boolean writes(HttpRequest request) {
    return !"GET".equals(request.method());
  }

  private static void count(Map<Kind, LongAdder> counts, HttpRequest request) {
    var kind =
        new Kind(request.method().toLowerCase(Locale.ROOT), resource(request.uri().getPath()));
    counts.computeIfAbsent(kind, any -> new LongAdder()).increment();
  }

  /** The plural of a path below {@code /api} or {@code /apis}, with the part that is written. */
  static String resource(String path) {
    var parts = path.split("/");
    int at = parts.length > 1 && "api".equals(parts[1]) ? 3 : 4;
    if (parts.length > at + 2 && "namespaces".equals(parts[at])) {
      at += 2;
    }
    if (parts.length <= at) {
      return OTHER;
    }
    return parts.length > at + 2 ? parts[at] + "/" + parts[at + 2] : parts[at];
  }

  /** Tells of them. */
  void tell(Exposition text) {
    tell(text, "millrace_operator_api_writes_total", "Writes sent to the API server.", sent);
    tell(
        text,
        "millrace_operator_api_writes_refused_total",
        "Of them, those that it refused, conflicts included, or did not answer.",
        refused);
  }

  private static void tell(Exposition text, String name, String help, Map<Kind, LongAdder> counts) {
    text.family(
        name,
        help,
        "counter",
        samples ->
            counts.forEach(
                (kind, count) ->
                    samples.add(
                        count.sum(), "method", kind.method(), "resource", kind.resource())));
  }

  private record Kind(String method, String resource) implements Comparable<Kind> {
    @Override
    public int compareTo(Kind other) {
      int byResource = resource.compareTo(other.resource);
      return byResource != 0 ? byResource : method.compareTo(other.method);
    }
  }
}
