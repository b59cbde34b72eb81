package dev.millrace.broker.replica.sim;

/**
 * What one simulation plays.
 *
 * @param seed decides everything that is not given here
 * @param mutation a bug to be put in
 * @param faultsMs how long there are faults, in simulated time
 * @param tracing whether to keep a readable trace
 */
record SimSettings(long seed, Mutation mutation, long faultsMs, boolean tracing) {
  static final int BROKERS = 3;

  /** Enough for some elections. */
  static SimSettings of(long seed, Mutation mutation) {
    return new SimSettings(seed, mutation, 6_000, false);
  }

  SimSettings traced() {
    return new SimSettings(seed, mutation, faultsMs, true);
  }
}
