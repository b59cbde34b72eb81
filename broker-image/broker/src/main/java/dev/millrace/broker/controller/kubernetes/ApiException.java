package dev.millrace.broker.controller.kubernetes;

/** A call to the Kubernetes API that did not do what was asked; the kind says what is known. */
abstract sealed class ApiException extends Exception {
  private static final long serialVersionUID = 1L;

  private ApiException(String message, Throwable cause) {
    super(message, cause);
  }

  private ApiException(String message) {
    super(message);
  }

  /** The request was never sent: no connection. */
  static final class Unreachable extends ApiException {
    private static final long serialVersionUID = 1L;

    Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The request was sent and no whole answer came: it may or may not have been carried out. */
  static final class NoAnswer extends ApiException {
    private static final long serialVersionUID = 1L;

    NoAnswer(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The server answered with an error. */
  static final class Refused extends ApiException {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }

    int status() {
      return status;
    }

    boolean isNotFound() {
      return status == 404;
    }

    boolean isConflict() {
      return status == 409;
    }

    boolean isGone() {
      return status == 410;
    }

    /**
     * Whether the API server itself may have begun to carry the request out: an error from behind
     * it (etcd's time-outs come as 500 and 504) or from a proxy before it.
     */
    boolean leavesOutcomeOpen() {
      return status >= 500;
    }
  }
}
