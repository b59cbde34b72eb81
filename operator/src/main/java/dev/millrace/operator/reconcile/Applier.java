package dev.millrace.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes wanted objects by server-side apply, and only those that are not as wanted. */
final class Applier {
  /** Under this name the API server knows which fields are ours. */
  static final String FIELD_MANAGER = "millrace-operator";

  private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

  private final KubernetesClient client;

  Applier(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Makes an object as wanted.
   *
   * @param actual as last seen; what is older than the truth costs one write that changes nothing
   * @return whether it was written
   */
  boolean apply(HasMetadata wanted, Optional<? extends HasMetadata> actual) {
    var marked = Drift.marked(wanted);
    if (actual.filter(now -> Drift.none(marked, now)).isPresent()) {
      return false;
    }
    LOG.atInfo()
        .addKeyValue("kind", wanted.getKind())
        .addKeyValue("name", wanted.getMetadata().getName())
        .addKeyValue("exists", actual.isPresent())
        .log("Applying");
    client.resource(marked).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
    return true;
  }
}
