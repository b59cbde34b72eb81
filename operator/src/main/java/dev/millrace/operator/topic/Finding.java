package dev.millrace.operator.topic;

/** What is to be said of a topic beside its partitions' health: a closed list. */
enum Finding {
  /** It is as the spec has it. */
  APPLIED("Applied", "True", false),
  /** It is being made. */
  CREATING("Creating", "False", false),
  /** It is being changed. */
  APPLYING("Applying", "False", false),
  /** It is being deleted, as the LogTopic says. */
  DELETING("Deleting", "False", false),
  /** The cluster makes this one itself, and has not yet. */
  NOT_MADE_YET("NotMadeYet", "False", false),
  /** The cluster does not answer. */
  UNREACHABLE("Unreachable", "Unknown", false),
  /** There is no such LogCluster, or it is on its way out. */
  CLUSTER_MISSING("ClusterMissing", "False", true),
  /** An older LogTopic is about the same topic. */
  RULED_BY_ANOTHER("RuledByAnother", "False", true),
  /** Somebody changed it by Kafka's API after the spec was applied. */
  CHANGED_ELSEWHERE("ChangedElsewhere", "False", true),
  /** Somebody deleted it by Kafka's API. */
  TOPIC_DELETED("TopicDeleted", "False", true),
  /** Somebody deleted it and made another one of its name. */
  TOPIC_REPLACED("TopicReplaced", "False", true),
  /** The spec has fewer partitions than there are. */
  FEWER_PARTITIONS("FewerPartitions", "False", true),
  /** The topic was made with another number of replicas. */
  REPLICATION_FACTOR_DIFFERS("ReplicationFactorDiffers", "False", true),
  /** The cluster would not. */
  REFUSED("RefusedByKafka", "False", true),
  /** The user has the operator do nothing. */
  PAUSED("Paused", "False", true);

  private final String reason;
  private final String applied;
  private final boolean stalled;

  Finding(String reason, String applied, boolean stalled) {
    this.reason = reason;
    this.applied = applied;
    this.stalled = stalled;
  }

  /** The word for it in conditions and events. */
  String reason() {
    return reason;
  }

  /** The condition {@code Applied}. */
  String applied() {
    return applied;
  }

  /** Whether it waits for the user. */
  boolean stalled() {
    return stalled;
  }
}
