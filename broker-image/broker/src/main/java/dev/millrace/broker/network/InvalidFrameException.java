package dev.millrace.broker.network;

/** The bytes received are no request of ours; the connection is beyond help. */
final class InvalidFrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidFrameException(String message) {
    super(message);
  }
}
