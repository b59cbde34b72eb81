package dev.millrace.broker.controller.kubernetes;

import dev.millrace.broker.controller.MetadataLog.UnavailableException;

/** What API errors mean to the metadata log where nothing was to be written. */
final class Answers {
  private Answers() {}

  static UnavailableException unavailable(ApiException e) {
    return new UnavailableException("the Kubernetes API: " + e.getMessage(), e);
  }

  static boolean isNotFound(ApiException e) {
    return e instanceof ApiException.Refused refused && refused.isNotFound();
  }

  static boolean isConflict(ApiException e) {
    return e instanceof ApiException.Refused refused && refused.isConflict();
  }
}
