package dev.millrace.local.api.store;

/** A write whose precondition does not hold (any more). The caller knows how to say it. */
public final class ConflictException extends Exception {
  private static final long serialVersionUID = 1;

  /** What was in the way. */
  public enum Why {
    EXISTS,
    MISSING,
    MODIFIED
  }

  private final Why why;

  ConflictException(Why why) {
    super(why.name(), null, false, false);
    this.why = why;
  }

  public Why why() {
    return why;
  }
}
