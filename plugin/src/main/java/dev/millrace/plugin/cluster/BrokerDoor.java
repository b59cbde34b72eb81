package dev.millrace.plugin.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiException;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.PartitionMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Brokers, asked on their health port by way of the API server's proxy: whoever may {@code get
 * pods/proxy} needs no path to the pods. Reads only, and keeps nothing.
 */
public final class BrokerDoor {
  /** As many as a broker gives at a time. */
  private static final int PAGE = 5000;

  private final Api api;
  private final LongSupplier nanos;

  /**
   * @param nanos a clock that only goes forward, by which figures are dated
   */
  public BrokerDoor(Api api, LongSupplier nanos) {
    this.api = api;
    this.nanos = nanos;
  }

  /** What a broker answers at a path, as it is. */
  public String ask(BrokerPod pod, String path) {
    return api.get(ApiPaths.proxy(pod.namespace(), pod.name(), path));
  }

  /** What it measures. */
  public BrokerFigures figures(BrokerPod pod) {
    return MetricsText.figures(ask(pod, "/metrics"), nanos.getAsLong());
  }

  /** All partitions of its cluster. */
  public PartitionMap partitions(BrokerPod pod) {
    List<PartitionMap.Topic> topics = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      String after = next.get().isEmpty() ? "" : "&after=" + ApiPaths.encoded(next.get());
      JsonNode page =
          api.json(
              ApiPaths.proxy(pod.namespace(), pod.name(), "/v1/partitions?limit=" + PAGE + after));
      page.path("topics").forEach(topic -> add(topics, topic(topic)));
      JsonNode more = page.path("next");
      next = more.isTextual() ? Optional.of(more.asText()) : Optional.empty();
    }
    return new PartitionMap(topics);
  }

  /** A topic may go on in the next page. */
  private static void add(List<PartitionMap.Topic> topics, PartitionMap.Topic topic) {
    if (!topics.isEmpty() && topics.getLast().name().equals(topic.name())) {
      List<PartitionMap.Partition> both = new ArrayList<>(topics.removeLast().partitions());
      both.addAll(topic.partitions());
      topics.add(new PartitionMap.Topic(topic.name(), topic.minIsr(), both));
    } else {
      topics.add(topic);
    }
  }

  private static PartitionMap.Topic topic(JsonNode topic) {
    List<PartitionMap.Partition> partitions = new ArrayList<>();
    for (JsonNode row : topic.path("partitions")) {
      partitions.add(
          new PartitionMap.Partition(
              row.path(0).asInt(),
              row.path(1).asInt(-1),
              ids(row.path(3)),
              ids(row.path(4)),
              ids(row.path(5))));
    }
    return new PartitionMap.Topic(
        topic.path("topic").asText(), topic.path("minIsr").asInt(1), partitions);
  }

  private static int[] ids(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.path(i).asInt()).toArray();
  }

  /** Why a broker could not be asked, with what would help, in one sentence. */
  public static String reason(ApiException failure, BrokerPod pod) {
    if (failure.forbidden()) {
      return "you may not get pods/proxy in namespace %s: a Role with that right shows more"
          .formatted(pod.namespace());
    }
    if (failure.notFound()) {
      return pod.name() + " does not know the question: it is of an older version";
    }
    return pod.name() + " cannot be asked: " + failure.reason();
  }
}
