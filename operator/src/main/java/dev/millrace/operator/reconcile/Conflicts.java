package dev.millrace.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** Writes to what is not any more what was looked at. */
final class Conflicts {
  private Conflicts() {}

  /** What has changed in between is looked at again in the next pass; nothing else passes. */
  static void pass(KubernetesClientException e) {
    if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
      throw e;
    }
  }
}
