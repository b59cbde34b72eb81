package dev.millrace.faults.cluster;

/** A broker by its number. */
public record BrokerId(int value) {
  @Override
  public String toString() {
    return "broker " + value;
  }
}
