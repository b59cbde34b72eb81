package dev.millrace.broker.server;

/** The configuration cannot be started with; the message names the setting and the way out. */
final class InvalidSettingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidSettingException(String message) {
    super(message);
  }
}
