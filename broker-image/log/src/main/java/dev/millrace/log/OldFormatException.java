package dev.millrace.log;

import java.io.IOException;

/**
 * A segment holds batches of format 0 or 1, which Kafka wrote before 0.11. Such a log isn't opened,
 * and nothing of it is removed.
 */
final class OldFormatException extends IOException {
  private static final long serialVersionUID = 1;

  OldFormatException(String message) {
    super(message);
  }
}
