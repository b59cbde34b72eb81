package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a deletion was asked for.
 *
 * @param policy {@code Background}, {@code Foreground} or {@code Orphan}
 * @param grace seconds; null: the kind's default
 * @param uid the only object meant, empty for any
 * @param revision the only revision meant, empty for any
 */
public record DeleteOptions(
    String policy, @Nullable Long grace, String uid, String revision, boolean dryRun) {

  public static DeleteOptions of(JsonNode body, Map<String, String> query) {
    String policy = Json.text(body, "propagationPolicy");
    String queried = query.getOrDefault("propagationPolicy", "");
    String grace =
        body.has("gracePeriodSeconds")
            ? Json.text(body, "gracePeriodSeconds")
            : query.getOrDefault("gracePeriodSeconds", "");
    return new DeleteOptions(
        !policy.isEmpty() ? policy : queried.isEmpty() ? "Background" : queried,
        grace.isEmpty() ? null : Long.valueOf(grace),
        Json.text(body, "preconditions", "uid"),
        Json.text(body, "preconditions", "resourceVersion"),
        query.getOrDefault("dryRun", "").equals("All")
            || Json.items(body.path("dryRun")).stream().anyMatch(d -> d.asText().equals("All")));
  }
}
