package dev.millrace.log;

/** Who keeps a log together with others, and the checkpoints that speak of all of them. */
interface LogKeeper {
  /** Told once of a log's I/O error, on the thread that met it. */
  void failed(Throwable cause);

  /**
   * The log was truncated and durable only up to an offset: no checkpoint may vouch for more when
   * this returns, for what is appended next lies there undurable. May wait for the disk; called
   * without a lock of the log.
   */
  void durableOnlyTo(PartitionLog log, long offset);
}
