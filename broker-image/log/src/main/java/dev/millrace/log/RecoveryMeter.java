package dev.millrace.log;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what the opening of a directory has to do and has done. Thread-safe. */
final class RecoveryMeter {
  private final AtomicLong bytesTotal = new AtomicLong();
  private final AtomicLong bytesDone = new AtomicLong();
  private final AtomicInteger logsTotal = new AtomicInteger();
  private final AtomicInteger logsDone = new AtomicInteger();

  void expectLogs(int logs) {
    logsTotal.addAndGet(logs);
  }

  void expectBytes(long bytes) {
    bytesTotal.addAndGet(bytes);
  }

  void checked(long bytes) {
    bytesDone.addAndGet(bytes);
  }

  void opened() {
    logsDone.incrementAndGet();
  }

  RecoveryProgress progress() {
    return new RecoveryProgress(bytesTotal.get(), bytesDone.get(), logsTotal.get(), logsDone.get());
  }
}
