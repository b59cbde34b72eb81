package dev.millrace.faults.check;

/** What must hold. */
public enum Rule {
  LOST("every acknowledged record is there in the end"),
  MISPLACED("a record is at the offset that acknowledged it"),
  DUPLICATED("no record is there twice"),
  REORDERED("acknowledged records of a producer and partition lie in the order of sending"),
  UNSENT("no record is there that nobody sent, or that failed for certain"),
  DAMAGED("every record has the bytes that were sent"),
  DIVERGED("an offset holds one record for ever and for every reader"),
  UNCOMMITTED("no reader saw what is not there in the end"),
  GAP("offsets follow one another without a gap"),
  END_FELL("a partition's end never falls"),
  GROUP_MOVED_BACK("a group's committed offset never falls"),
  GROUP_SKIPPED("a group was given every record below what it committed"),
  REPLICAS_DIFFER("replicas hold the same batches, byte by byte"),
  NOT_RECOVERED("the cluster is healthy again after every fault");

  private final String promise;

  Rule(String promise) {
    this.promise = promise;
  }

  /** What must hold, in words. */
  public String promise() {
    return promise;
  }
}
