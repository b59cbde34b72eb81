package dev.millrace.operator.health;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.millrace.operator.memory.CacheReading;
import dev.millrace.operator.memory.CacheState;
import org.jspecify.annotations.Nullable;

/**
 * A broker's answer about itself.
 *
 * @param cache moves all the time, and reaches a report only as what was made of it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record BrokerAnswer(
    int nodeId,
    String state,
    int recoveryPercent,
    @Nullable String version,
    @Nullable String rack,
    int leaders,
    int replicas,
    long bytes,
    @Nullable String configRevision,
    @Nullable CacheReading cache) {
  BrokerReport report(@Nullable CacheState made) {
    return new BrokerReport(
        nodeId,
        state,
        recoveryPercent,
        version,
        rack,
        leaders,
        replicas,
        bytes,
        configRevision,
        made);
  }
}
