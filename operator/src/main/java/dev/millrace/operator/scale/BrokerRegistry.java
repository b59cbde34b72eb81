package dev.millrace.operator.scale;

import java.util.List;

/** Takes leave of brokers that are gone, so that the cluster forgets them. */
public interface BrokerRegistry extends AutoCloseable {
  /**
   * Begins to unregister brokers and returns at once; a failure is logged, and whoever still finds
   * them registered asks again.
   *
   * @param bootstrap where the cluster listens
   */
  void unregister(String bootstrap, List<Integer> brokers);

  /** Ends what is under way. */
  @Override
  void close();
}
