package dev.millrace.local.api.registry;

import static java.time.temporal.ChronoUnit.SECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.json.Json;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Deletes pods for those who ask first: not while their budget lets none go. Counted down here, so
 * that two who ask at once do not both get one. Safe on any thread.
 */
public final class Evictions {
  private final ResourceService service;
  private final InstantSource clock;
  private final ResourceType budgets;
  private final WriteOptions own =
      new WriteOptions("eviction", true, false, "Ignore", warning -> {});

  /** Evictions of this service's pods. */
  public Evictions(ResourceService service, InstantSource clock) {
    this.service = service;
    this.clock = clock;
    this.budgets =
        BuiltinTypes.all().stream()
            .filter(type -> type.storage().equals("poddisruptionbudgets.policy"))
            .findFirst()
            .orElseThrow();
  }

  /**
   * Evicts a pod.
   *
   * @param options of the deletion
   * @throws ApiException 429 where a budget does not allow it
   */
  public void evict(ResourceType pods, String namespace, String name, DeleteOptions options) {
    ObjectNode pod = service.get(pods, namespace, name);
    List<String> covering =
        service.list(budgets, namespace, Selector.of("", "")).items().stream()
            .filter(budget -> covers(budget, pod))
            .map(budget -> Json.text(budget, "metadata", "name"))
            .toList();
    for (String budget : covering) {
      service.patch(budgets, namespace, budget, "status", now -> countedDown(now, name), own);
    }
    service.delete(pods, namespace, name, options);
  }

  /** It is noted whose eviction this is, until whoever counts pods sees it for himself. */
  private JsonNode countedDown(ObjectNode budget, String pod) {
    int allowed = Json.at(budget, "status", "disruptionsAllowed").asInt();
    boolean current =
        Json.at(budget, "status", "observedGeneration").asLong()
            >= Json.at(budget, "metadata", "generation").asLong();
    if (allowed < 1 || !current) {
      throw ApiException.tooManyRequests(
          "Cannot evict pod as it would violate the pod's disruption budget.");
    }
    ObjectNode next = budget.deepCopy();
    ObjectNode status = Json.child(next, "status").put("disruptionsAllowed", allowed - 1);
    Json.child(status, "disruptedPods").put(pod, clock.instant().truncatedTo(SECONDS).toString());
    return next;
  }

  private static boolean covers(ObjectNode budget, ObjectNode pod) {
    String labels =
        Json.at(budget, "spec", "selector", "matchLabels")
            .propertyStream()
            .map(label -> label.getKey() + "=" + label.getValue().asText())
            .collect(Collectors.joining(","));
    return Selector.of(labels, "").test(pod);
  }
}
