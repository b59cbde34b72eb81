package dev.millrace.operator.reconcile;

import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.status.Claims;
import dev.millrace.operator.status.Claims.Claim;
import dev.millrace.operator.status.Claims.Refusal;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets volumes grow: the StatefulSet cannot, so each claim is asked for more. A storage class that
 * does not allow it is told in the status and keeps nothing else from going on.
 */
final class Volumes {
  private static final Logger LOG = LoggerFactory.getLogger(Volumes.class);

  private static final int UNPROCESSABLE = 422;

  /** Forbidden or invalid: as the class, a quota or another rule has it. */
  private static final Set<Integer> REFUSALS =
      Set.of(HttpURLConnection.HTTP_FORBIDDEN, UNPROCESSABLE);

  private final KubernetesClient client;

  Volumes(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Has claims grow.
   *
   * @param claims by broker
   * @param pools of which the brokers are
   */
  Claims grown(SortedMap<Integer, PersistentVolumeClaim> claims, Pools pools) {
    var refused = new LinkedHashMap<Pool, Refusal>();
    for (var each : claims.entrySet()) {
      var pool = pools.of(each.getKey());
      var size = pool.spec().storage().size();
      var view = Claim.of(each.getValue(), size);
      // One that has no volume yet cannot be changed; it grows once it has. Who is refused one is
      // refused all: they are of one class.
      if (view.bound() && view.small() && !refused.containsKey(pool)) {
        grow(each.getValue(), size).ifPresent(why -> refused.put(pool, new Refusal(size, why)));
      }
    }
    return new Claims(seen(claims, pools).all(), refused.values().stream().findFirst());
  }

  /** What there is, as it is. */
  static Claims seen(SortedMap<Integer, PersistentVolumeClaim> claims, Pools pools) {
    return new Claims(
        claims.entrySet().stream()
            .map(each -> Claim.of(each.getValue(), pools.of(each.getKey()).spec().storage().size()))
            .toList(),
        Optional.empty());
  }

  private Optional<String> grow(PersistentVolumeClaim claim, Quantity size) {
    LOG.atInfo()
        .addKeyValue("claim", claim.getMetadata().getName())
        .addKeyValue("size", size)
        .log("Growing a volume");
    try {
      client
          .resource(claim)
          .edit(
              now ->
                  new PersistentVolumeClaimBuilder(now)
                      .editSpec()
                      .editResources()
                      .addToRequests("storage", size)
                      .endResources()
                      .endSpec()
                      .build());
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (!REFUSALS.contains(e.getCode())) {
        throw e;
      }
      return Optional.of(
          Optional.ofNullable(e.getStatus())
              .map(status -> status.getMessage())
              .orElseGet(() -> String.valueOf(e.getMessage())));
    }
  }
}
