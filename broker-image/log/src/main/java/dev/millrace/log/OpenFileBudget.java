package dev.millrace.log;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many files may stay open that could be closed: descriptors are the process's, and a log has
 * to have one. Who comes first keeps its file open. Thread-safe.
 */
final class OpenFileBudget {
  /**
   * Enough for the indexes of a thousand logs that are all written to, and little beside the 20,000
   * files that many systems let a process have.
   */
  private static final int FILES = 2048;

  /** The one of this process. */
  static final OpenFileBudget PROCESS = new OpenFileBudget(FILES);

  private final int most;
  private final AtomicInteger open = new AtomicInteger();

  OpenFileBudget(int most) {
    this.most = most;
  }

  /** Whether one more may stay open; who is told so gives it back when it is closed. */
  boolean take() {
    if (open.get() >= most) {
      return false;
    }
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  /** One that was open is not any more. */
  void give() {
    open.decrementAndGet();
  }

  /** How many are open. */
  int open() {
    return open.get();
  }
}
