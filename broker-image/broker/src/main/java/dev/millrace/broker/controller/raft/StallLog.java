package dev.millrace.broker.controller.raft;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that the medium is away, when that has lasted some attempts, and once that it is back.
 * I/O thread only.
 */
final class StallLog {
  private static final Logger LOG = LoggerFactory.getLogger(StallLog.class);

  /** Single failures are everyday and cured by the next attempt. */
  private static final int WORTH_TELLING = 5;

  private long attempts;

  void stalled(Exception cause, boolean leading) {
    if (++attempts == WORTH_TELLING) {
      LOG.atWarn()
          .addKeyValue("leading", leading)
          .addKeyValue("reason", cause.getMessage())
          .log("The metadata log takes no change: metadata changes wait, all else goes on");
    } else {
      LOG.atDebug().addKeyValue("attempts", attempts).setCause(cause).log("Stalled");
    }
  }

  void over() {
    if (attempts >= WORTH_TELLING) {
      LOG.atInfo().addKeyValue("attempts", attempts).log("The metadata log takes changes again");
    }
    attempts = 0;
  }
}
