package dev.millrace.log;

/** Producers' sequence numbers: behind the largest one comes 0 (KIP-98). Stateless. */
public final class SequenceNumbers {
  private SequenceNumbers() {}

  /** Whether one lies before another, by the shorter way round. Both are 0 or more. */
  public static boolean comesBefore(int one, int other) {
    int ahead = (other - one) & Integer.MAX_VALUE;
    return ahead > 0 && ahead <= Integer.MAX_VALUE / 2;
  }
}
