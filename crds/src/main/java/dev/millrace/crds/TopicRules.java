package dev.millrace.crds;

/** The CEL rules of LogTopic's CRD and their messages; each message says what to do. */
final class TopicRules {
  static final int MOST_SETTINGS = 100;

  static final String SAME = "self == oldSelf";
  static final String CLUSTER_MESSAGE =
      "cannot change: topics do not move between clusters. Set it back; for the same topic of"
          + " another cluster make another LogTopic";

  static final String NAME =
      "self.matches('^[a-zA-Z0-9._-]{1,249}$') && self != '.' && self != '..'";
  static final String NAME_MESSAGE =
      "is no name for a topic; use letters, digits, '.', '_' and '-', at most 249 of them, and"
          + " neither '.' nor '..'";

  /** On the object, for the name may be that of the LogTopic. */
  static final String TOPIC_STAYS =
      "(has(self.spec.topic) ? self.spec.topic : self.metadata.name) =="
          + " (has(oldSelf.spec.topic) ? oldSelf.spec.topic : oldSelf.metadata.name)";

  static final String TOPIC_MESSAGE =
      "cannot change: a LogTopic is about one topic. Set it back; for another topic make another"
          + " LogTopic";

  static final String NAME_FITS = "has(self.spec.topic) || size(self.metadata.name) <= 249";
  static final String NAME_FITS_MESSAGE =
      "metadata.name has more than the 249 letters of a topic's name; name the topic here";

  /** Numbers are not named: what it costs to write them cannot be estimated, so it is refused. */
  static final String GROWS_MESSAGE =
      "cannot shrink: partitions are only ever added. Set it back; for fewer make another topic"
          + " and copy the records";

  static final String REPLICAS = "self >= 1 && self <= 1000";
  static final String REPLICAS_MESSAGE =
      "must be 1 to 1000, and no more than the cluster has brokers";

  static final String INTERNAL_LEFT_ALONE =
      "!has(self.topic) || !(self.topic in ['__consumer_offsets','__transaction_state',"
          + "'__share_group_state','__cluster_metadata']) || (!has(self.partitions) &&"
          + " !has(self.replicationFactor) && (!has(self.whenDeleted) || self.whenDeleted !="
          + " 'Delete'))";
  static final String INTERNAL_MESSAGE =
      "is the cluster's own topic, of which only config may be set; remove partitions,"
          + " replicationFactor and whenDeleted";

  private static final String OWNED =
      "['leader.replication.throttled.replicas','follower.replication.throttled.replicas']";
  static final String CONFIG_FREE = OWNED + ".all(key, !(key in self))";
  static final String CONFIG_MESSAGE =
      OWNED
          + ".filter(key, key in self)[0] + ' is set by the operator itself while replicas move;"
          + " remove it from config'";

  private TopicRules() {}
}
