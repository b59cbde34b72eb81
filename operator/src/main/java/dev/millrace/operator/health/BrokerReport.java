package dev.millrace.operator.health;

import dev.millrace.operator.memory.CacheState;
import org.jspecify.annotations.Nullable;

/**
 * What a broker says of itself, as far as it reaches a status. Bytes are rounded, so that a cluster
 * at work under a steady load looks the same from one poll to the next.
 *
 * @param configRevision of the settings that it has of its own; empty where it has none, and null
 *     where it is too old to tell
 * @param cache null where it does not tell of its page cache
 */
public record BrokerReport(
    int nodeId,
    String state,
    int recoveryPercent,
    @Nullable String version,
    @Nullable String rack,
    int leaders,
    int replicas,
    long bytes,
    @Nullable String configRevision,
    @Nullable CacheState cache) {
  public BrokerReport {
    bytes = Bytes.rounded(bytes);
    // It runs from 0 to 100 while a log is recovered; tenths suffice to see that it moves.
    recoveryPercent = recoveryPercent - recoveryPercent % 10;
  }

  /** Whether it serves, as it sees itself. */
  public boolean running() {
    return state.equals("Running");
  }

  /** Whether it is still opening its log. */
  public boolean recovering() {
    return state.equals("Recovering");
  }
}
