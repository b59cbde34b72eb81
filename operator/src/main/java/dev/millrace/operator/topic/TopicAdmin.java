package dev.millrace.operator.topic;

import dev.millrace.operator.topic.ClusterDirectory.Address;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * What there is to know and to do about the topics of one cluster. Calls block, for at most half a
 * minute; an {@link AdminException} tells that the cluster did not answer. Used by one thread.
 */
public interface TopicAdmin extends AutoCloseable {
  /** Opens one for the cluster that listens there. */
  @FunctionalInterface
  interface Factory {
    TopicAdmin open(Address address);
  }

  /** The cluster did not answer, or is another one. */
  final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public AdminException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Those of the topics that there are, by name. */
  Map<String, TopicState> look(Collection<String> topics);

  /**
   * Does it.
   *
   * @return why the cluster would not, in Kafka's words; empty where it is done
   */
  Optional<String> perform(TopicAction action);

  @Override
  void close();
}
