package dev.millrace.compat;

/** A step of the round trip did not hold; the message says which and how. */
final class RoundTripFailed extends RuntimeException {

  RoundTripFailed(String message) {
    super(message);
  }

  RoundTripFailed(String message, Throwable cause) {
    super(message, cause);
  }

  /** Throws with {@code message} unless {@code holds}. */
  static void unless(boolean holds, String message) {
    if (!holds) {
      throw new RoundTripFailed(message);
    }
  }
}
