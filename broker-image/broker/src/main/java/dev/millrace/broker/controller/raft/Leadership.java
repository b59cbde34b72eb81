package dev.millrace.broker.controller.raft;

import dev.millrace.broker.controller.Endpoint;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.raft.LeaderAndEpoch;

/**
 * Who leads, as far as this node has read the log.
 *
 * @param epoch only rises
 * @param leader empty between a leader's end and the next one's epoch start
 * @param leading whether it is this node, in this life of its process
 */
record Leadership(int epoch, Optional<Endpoint> leader, boolean leading) {
  static final Leadership NONE = new Leadership(0, Optional.empty(), false);

  Leadership lead(int newEpoch, Endpoint self) {
    return new Leadership(newEpoch, Optional.of(self), true);
  }

  Leadership follow(int newEpoch, Endpoint newLeader) {
    return new Leadership(newEpoch, Optional.of(newLeader), false);
  }

  /** Nobody leads in a new epoch; the controller reverts what was not committed on hearing it. */
  Leadership vacate(int newEpoch) {
    return new Leadership(newEpoch, Optional.empty(), false);
  }

  LeaderAndEpoch told() {
    return new LeaderAndEpoch(
        leader.map(endpoint -> OptionalInt.of(endpoint.nodeId())).orElse(OptionalInt.empty()),
        epoch);
  }
}
