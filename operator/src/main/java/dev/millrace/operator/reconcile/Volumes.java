package dev.millrace.operator.reconcile;

import dev.millrace.operator.status.Claims;
import dev.millrace.operator.status.Claims.Claim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets volumes grow: the StatefulSet cannot, so each claim is asked for more. A storage class that
 * does not allow it is told in the status and keeps nothing else from going on.
 */
final class Volumes {
  private static final Logger LOG = LoggerFactory.getLogger(Volumes.class);

  private final KubernetesClient client;

  Volumes(KubernetesClient client) {
    this.client = client;
  }

  Claims grown(List<PersistentVolumeClaim> claims, Quantity size) {
    Optional<String> refused = Optional.empty();
    for (var claim : claims) {
      var view = Claim.of(claim);
      // One that has no volume yet cannot be changed; it grows once it has.
      if (view.bound() && view.smallerThan(size) && refused.isEmpty()) {
        refused = grow(claim, size);
      }
    }
    return new Claims(claims.stream().map(Claim::of).toList(), refused);
  }

  /** What there is, as it is. */
  static Claims seen(List<PersistentVolumeClaim> claims) {
    return new Claims(claims.stream().map(Claim::of).toList(), Optional.empty());
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
      return Optional.of(
          Optional.ofNullable(e.getStatus())
              .map(status -> status.getMessage())
              .orElseGet(() -> String.valueOf(e.getMessage())));
    }
  }
}
