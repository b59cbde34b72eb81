package dev.millrace.broker.replica;

/**
 * Told of whatever may change what a fetch is answered, by whoever changed it: any thread. Must be
 * quick, must not block and must not throw.
 */
public interface FetchListener {
  /** A leader's log has grown. */
  void onAppend();

  /** The high watermark has advanced. */
  void onHighWatermark();

  /** The in-sync replicas or the log's start are others now, or the log has failed. */
  void onChange();

  /** This broker is something else to the partition now. Nothing is told after this. */
  void onTenureEnded();
}
