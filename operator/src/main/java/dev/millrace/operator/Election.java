package dev.millrace.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one of several operators is chosen to work while the others only watch.
 *
 * @param namespace of the Lease that they compete for
 * @param identity of this one: the name of its pod
 * @param lost called when it is no longer the chosen one: it may not know what the other has done
 *     since, so it has to do nothing more, at once
 */
public record Election(String namespace, String identity, Runnable lost) {
  private static final Logger LOG = LoggerFactory.getLogger(Election.class);
  private static final String LEASE = "millrace-operator";

  /** Of a process that ends when it is no longer the chosen one. */
  static Election of(String namespace, String pod) {
    return new Election(namespace, pod, () -> Runtime.getRuntime().halt(1));
  }

  /**
   * As the framework wants it.
   *
   * @param closing whether this operator gives up its office itself
   * @param leads told when it becomes the chosen one, and when it is no longer
   */
  LeaderElectionConfiguration configuration(BooleanSupplier closing, Consumer<Boolean> leads) {
    return new LeaderElectionConfiguration(
        LEASE,
        namespace,
        LeaderElectionConfiguration.LEASE_DURATION_DEFAULT_VALUE,
        LeaderElectionConfiguration.RENEW_DEADLINE_DEFAULT_VALUE,
        LeaderElectionConfiguration.RETRY_PERIOD_DEFAULT_VALUE,
        identity,
        new LeaderCallbacks(
            () -> {
              leads.accept(true);
              LOG.atInfo().addKeyValue("identity", identity).log("Chosen to work");
            },
            () -> {
              leads.accept(false);
              stopped(closing.getAsBoolean());
            },
            Election::chosen),
        false);
  }

  /**
   * Gives the office back, where this one has it, so that the next one need not wait until its term
   * is over; the framework stops without that. To be called when nothing more is begun: a write
   * that is still on its way is an apply, or says what it was decided from.
   */
  void giveBack(KubernetesClient client) {
    try {
      var lease = client.leases().inNamespace(namespace).withName(LEASE).get();
      if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
        lease.getSpec().setHolderIdentity("");
        client.resource(lease).lockResourceVersion().update();
        LOG.atInfo().addKeyValue("identity", identity).log("Gave the Lease back");
      }
    } catch (KubernetesClientException e) {
      // Then its term ends by itself.
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Could not give the Lease back");
    }
  }

  private static void chosen(String identity) {
    if (!identity.isEmpty()) {
      LOG.atInfo().addKeyValue("chosen", identity).log("An operator was chosen");
    }
  }

  private void stopped(boolean closing) {
    if (!closing) {
      LOG.atError().addKeyValue("identity", identity).log("Another operator was chosen: ending");
      lost.run();
    }
  }
}
