package dev.millrace.log;

/**
 * How far the opening of a log directory is.
 *
 * @param bytesTotal bytes that no checkpoint vouches for, of the logs looked at so far
 * @param bytesDone of them, bytes checked
 * @param logsTotal partition directories found
 * @param logsDone of them, opened
 */
public record RecoveryProgress(long bytesTotal, long bytesDone, int logsTotal, int logsDone) {
  /** 0 to 100; 100 only when every log is open. */
  public int percent() {
    if (logsDone == logsTotal) {
      return 100;
    }
    double logs = (double) logsDone / logsTotal;
    double bytes = bytesTotal == 0 ? logs : (double) bytesDone / bytesTotal;
    return (int) Math.min(99, 100 * Math.min(logs, bytes));
  }
}
