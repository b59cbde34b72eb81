package dev.millrace.broker.replica.sim;

/** A bug put in on purpose: a simulation that does not find it proves nothing. */
enum Mutation {
  /** The code as it is. */
  NONE,
  /** A follower's log counts as one record longer than it is. */
  FOLLOWER_COUNTS_ONE_TOO_MANY,
  /** A leader does not know of one of the replicas in sync: its high watermark is early. */
  ONE_IN_SYNC_IS_NOT_WAITED_FOR,
  /** The leader believes a change of the in-sync replicas before the controller has decided. */
  ISR_GRANTED_EARLY,
  /** The controller lets anybody lead who is there. */
  ELECTION_OUTSIDE_ISR,
  /** The controller takes a replica that crashed for one that has all it ever had. */
  CRASHED_REPLICA_STAYS_ELIGIBLE(65),
  /** Followers are never told that their log parts from the leader's. */
  DIVERGENCE_NOT_TOLD,
  /** A log forgets where an epoch began. */
  EPOCH_START_NOT_NOTED(392),
  /** A restarted broker goes on where the metadata has its earlier process. */
  SERVES_BEFORE_REGISTERED;

  private final long firstSeed;

  Mutation() {
    this(1);
  }

  /**
   * @param firstSeed one whose schedule found it when this was written, where the first some dozens
   *     do not
   */
  Mutation(long firstSeed) {
    this.firstSeed = firstSeed;
  }

  /** Where to begin to look for it; of no consequence but for the time that it takes. */
  long firstSeed() {
    return firstSeed;
  }
}
