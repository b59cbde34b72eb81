package dev.millrace.broker.health;

/** What a broker is at, in the words of the HTTP interface. */
public enum BrokerState {
  /** The process is up, nothing else is. */
  STARTING("Starting"),
  /** The logs are being opened, what no checkpoint vouches for is being read. */
  RECOVERING("Recovering"),
  /** It asks the controller to be part of the cluster. */
  REGISTERING("Registering"),
  /** It is part of the cluster but leads nothing. */
  FENCED("Fenced"),
  RUNNING("Running"),
  /** It hands its leaderships over and closes its logs. */
  STOPPING("Stopping");

  private final String text;

  BrokerState(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
