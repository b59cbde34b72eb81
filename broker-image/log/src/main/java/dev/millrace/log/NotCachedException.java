package dev.millrace.log;

/** Somebody who doesn't wait for the disk would have had to. Says nothing of where: one for all. */
final class NotCachedException extends RuntimeException {
  static final NotCachedException INSTANCE = new NotCachedException();

  private NotCachedException() {
    super("not in memory", null, false, false);
  }
}
