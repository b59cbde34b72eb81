package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who moves replicas. */
public enum RebalanceMode {
  /** The operator does, when brokers come and before they go. */
  @JsonProperty("Auto")
  AUTO,
  /** The user does. */
  @JsonProperty("Manual")
  MANUAL
}
