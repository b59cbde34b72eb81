package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a roll does with partitions that it cannot keep writable: those without a spare replica. */
public enum SingleReplicaPolicy {
  /** They are away while their broker restarts. */
  @JsonProperty("Accept")
  ACCEPT,
  /** Their broker does not restart. */
  @JsonProperty("Refuse")
  REFUSE
}
