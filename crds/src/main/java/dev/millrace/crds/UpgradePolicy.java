package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When brokers get what a new operator has for them. */
public enum UpgradePolicy {
  /** When the user asks for it. */
  @JsonProperty("Approval")
  APPROVAL,
  /** In windows of the week. */
  @JsonProperty("Window")
  WINDOW,
  /** At once. */
  @JsonProperty("Automatic")
  AUTOMATIC
}
