package dev.millrace.operator.settings;

import java.util.Map;
import java.util.Set;

/** Changes what holds for all brokers of a cluster. */
@FunctionalInterface
public interface SettingsWriter {
  /**
   * Sets and takes away, all of it or nothing. Blocks.
   *
   * @param bootstrap where the cluster listens
   * @throws RefusedException when the cluster will not have one of the values, ever
   * @throws RuntimeException when it does not answer
   */
  void write(String bootstrap, Map<String, String> set, Set<String> gone) throws RefusedException;

  /** The cluster says that a value is none; the message is its own. */
  final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
      super(message);
    }
  }
}
