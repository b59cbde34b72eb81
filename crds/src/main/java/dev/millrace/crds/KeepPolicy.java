package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether data outlives the object that it belongs to. */
public enum KeepPolicy {
  @JsonProperty("Retain")
  RETAIN("Retain"),
  @JsonProperty("Delete")
  DELETE("Delete");

  private final String value;

  KeepPolicy(String value) {
    this.value = value;
  }

  /** The word for it in the API. */
  public String value() {
    return value;
  }
}
