package dev.millrace.faults.workload;

import java.time.Duration;

/**
 * How much traffic, and how patient.
 *
 * @param producers how many
 * @param rate records a second of all producers together
 * @param valueSize bytes of a record's value
 * @param deliveryLimit how long a producer tries; longer than any fault, so that retries bridge it
 * @param requestLimit how long a client waits for one answer before it tries elsewhere
 * @param groupProtocol of the consumer group: {@code classic} or {@code consumer}
 */
public record Load(
    int producers,
    int rate,
    int valueSize,
    Duration deliveryLimit,
    Duration requestLimit,
    String groupProtocol) {

  public Load {
    if (producers < 1 || rate < producers || requestLimit.compareTo(deliveryLimit) >= 0) {
      throw new IllegalArgumentException(
          producers
              + " producers, "
              + rate
              + " records/s, "
              + requestLimit
              + " of "
              + deliveryLimit);
    }
  }
}
