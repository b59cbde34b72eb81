package dev.millrace.crds;

/**
 * The CEL rules of the CRD and their messages; each message says what to do. They need the {@code
 * quantity} library, so Kubernetes 1.29 or newer.
 */
final class SpecRules {
  static final String BROKERS = "self >= 0 && self <= 1000";
  static final String BROKERS_MESSAGE = "must be 1 to 1000, or 0 where spec.pools has brokers";
  static final String SOME_BROKER =
      "self.brokers != 0 || (has(self.pools) && self.pools.exists(pool, pool.brokers > 0))";
  static final String SOME_BROKER_MESSAGE =
      "must be 1 to 1000; 1 is a whole cluster."
          + " To stop paying for a cluster delete it: volumes are kept unless"
          + " storage.whenDeleted says otherwise";

  /** What the spec says of all its brokers. */
  private static final String ALL_BROKERS =
      "(self.brokers + (has(self.pools) ? self.pools.map(pool, pool.brokers).sum() : 0))";

  static final String NOT_TOO_MANY = ALL_BROKERS + " <= 1000";
  static final String NOT_TOO_MANY_MESSAGE =
      "more than 1000 brokers, those of all pools together, are too many for one cluster";

  static final String FIRST_ID = "self >= 1000 && self <= 999000 && self % 1000 == 0";
  static final String FIRST_ID_MESSAGE =
      "must be a multiple of 1000, from 1000 to 999000; the brokers outside of pools have 0 to 999";
  static final String FIRST_IDS_DIFFER =
      "!has(self.pools) || self.pools.all(pool,"
          + " self.pools.exists_one(other, other.firstId == pool.firstId))";
  static final String FIRST_IDS_DIFFER_MESSAGE =
      "two pools have the same firstId; give each another multiple of 1000";
  static final String FIRST_ID_STAYS = "self.firstId == oldSelf.firstId";
  static final String FIRST_ID_STAYS_MESSAGE =
      "cannot change: brokers are known by their ids. Set it back, or add a pool of another name";
  static final String POOL_BROKERS_MESSAGE = "must be 0 to 1000; 0 empties the pool";
  static final String POOL_STORAGE_STAYS =
      "!has(oldSelf.storage) || !has(oldSelf.storage.size)"
          + " || (has(self.storage) && has(self.storage.size))";
  static final String POOL_CLASS_STAYS =
      "(has(self.storage) && has(self.storage.class) ? self.storage.class : '')"
          + " == (has(oldSelf.storage) && has(oldSelf.storage.class) ? oldSelf.storage.class : '')";
  static final String POOL_CLASS_MESSAGE =
      "class cannot change: volumes keep the class that they were made with. Set it back; for"
          + " another class add a pool, and set the brokers of this one to 0";
  static final String POOL_STORAGE_STAYS_MESSAGE =
      "size cannot be taken back: the volumes have it. For others add a pool, and set the brokers"
          + " of this one to 0";

  static final String METADATA_VERSION = "self.matches('^[4-9]\\\\.[0-9]{1,2}(-IV[0-9]{1,2})?$')";
  static final String METADATA_VERSION_MESSAGE =
      "must be a metadata version of Kafka's from 4.0 on, such as 4.4 or 4.4-IV2";

  static final String IS_QUANTITY = "isQuantity(self)";
  static final String QUANTITY_MESSAGE = "is not a quantity; write for example 512Mi, 8Gi or 1Ti";

  static final String THROTTLE =
      "!isQuantity(self) || !quantity(self).isGreaterThan(quantity('0'))"
          + " || !quantity(self).isLessThan(quantity('64Ki'))";
  static final String THROTTLE_MESSAGE =
      "is too little to ever be done with; write 64Ki or more, or 0 for no bound";

  private static final String LEAST = "quantity('" + MemoryFigures.MINIMUM_MI + "Mi')";
  static final String MEMORY_SUFFICES =
      "!isQuantity(self) || !quantity(self).isLessThan(" + LEAST + ")";
  static final String MEMORY_MESSAGE =
      "self + ' is too little: a broker needs "
          + MemoryFigures.MINIMUM_MI
          + "Mi (heap "
          + MemoryFigures.HEAP_MI
          + "Mi, direct "
          + MemoryFigures.DIRECT_MI
          + "Mi, overhead "
          + MemoryFigures.OVERHEAD_MI
          + "Mi) before any page cache; use "
          + MemoryFigures.RECOMMENDED_MI
          + "Mi or more'";

  private static final String HEAP =
      "quantity(has(self.memorySplit.heap) ? self.memorySplit.heap : '"
          + MemoryFigures.HEAP_MI
          + "Mi')";
  private static final String DIRECT =
      "quantity(has(self.memorySplit.direct) ? self.memorySplit.direct : '"
          + MemoryFigures.DIRECT_MI
          + "Mi')";
  private static final String OVERHEAD = "quantity('" + MemoryFigures.OVERHEAD_MI + "Mi')";
  private static final String PARTS = HEAP + ".add(" + DIRECT + ").add(" + OVERHEAD + ")";
  static final String SPLIT_FITS =
      "!has(self.memorySplit) || !isQuantity(self.memory) || "
          + ("!quantity(self.memory).isLessThan(" + PARTS + ")");
  static final String SPLIT_FITS_POOLS =
      "!has(self.memorySplit) || !has(self.pools) || self.pools.all(pool, !has(pool.memory)"
          + " || !isQuantity(pool.memory) || !quantity(pool.memory).isLessThan("
          + (PARTS + "))");
  static final String SPLIT_POOLS_MESSAGE =
      "spec.memorySplit's heap and direct with "
          + MemoryFigures.OVERHEAD_MI
          + "Mi of overhead exceed the memory of a pool; make them smaller, or that larger";
  static final String SPLIT_MESSAGE =
      "heap and direct with "
          + MemoryFigures.OVERHEAD_MI
          + "Mi of overhead exceed spec.memory; make them smaller, or memory larger: what is left"
          + " is page cache";
  static final String PART_SUFFICES_HEAP =
      "isQuantity(self) && !quantity(self).isLessThan(quantity('" + MemoryFigures.HEAP_MI + "Mi'))";
  static final String PART_MESSAGE_HEAP =
      "a broker needs a heap of " + MemoryFigures.HEAP_MI + "Mi or more";
  static final String PART_SUFFICES_DIRECT =
      "isQuantity(self) && !quantity(self).isLessThan(quantity('"
          + MemoryFigures.DIRECT_MI
          + "Mi'))";
  static final String PART_MESSAGE_DIRECT =
      "a broker needs direct memory of " + MemoryFigures.DIRECT_MI + "Mi or more";

  static final String ONLY_GROWS =
      "!isQuantity(self) || !isQuantity(oldSelf) ||"
          + " !quantity(self).isLessThan(quantity(oldSelf))";
  static final String GROWS_MESSAGE =
      "'cannot shrink (' + oldSelf + ' → ' + self"
          + " + '); volumes only grow. Keep ' + oldSelf"
          + " + ' or more; for smaller volumes add a pool to spec.pools, and set the"
          + " brokers of these to 0'";
  static final String CLASS_STAYS =
      "(has(self.class) ? self.class : '') == (has(oldSelf.class) ? oldSelf.class : '')";
  static final String CLASS_MESSAGE =
      "cannot change: volumes keep the class that they were made with. Set it back; for another"
          + " class add a pool to spec.pools, and set the brokers of these to 0";

  static final String REPLICAS_FIT =
      "!has(self.defaults) || !has(self.defaults.replicationFactor)"
          + " || self.defaults.replicationFactor <= "
          + ALL_BROKERS;
  static final String REPLICAS_MESSAGE =
      "more replicas than brokers have no place; raise spec.brokers, make replicationFactor"
          + " as low as that, or remove it (topics then get 3, or as many as there are brokers)";
  static final String MIN_ISR_FITS =
      "!has(self.defaults) || !has(self.defaults.minInsyncReplicas)"
          + " || self.defaults.minInsyncReplicas <= (has(self.defaults.replicationFactor)"
          + " ? self.defaults.replicationFactor : ("
          + (ALL_BROKERS + " < 3 ? " + ALL_BROKERS + " : 3))");
  static final String MIN_ISR_MESSAGE =
      "more in-sync replicas than replicas would refuse every write; make it at most"
          + " replicationFactor (where that is not set: 3, or as many as there are brokers if those are fewer)";

  static final String WINDOW_THERE =
      "!has(self.policy) || self.policy != 'Window'"
          + " || (has(self.windows) && size(self.windows) > 0)";
  static final String WINDOW_MESSAGE =
      "policy Window needs windows, such as windows: [{days: [Sun], from: '02:00', to: '05:00'}]";

  private static final String OWNED =
      "['node.id','broker.id','cluster.id','process.roles','listeners','advertised.listeners',"
          + "'inter.broker.listener.name','controller.listener.names','controller.quorum.voters',"
          + "'controller.quorum.bootstrap.servers','listener.security.protocol.map','log.dir',"
          + "'log.dirs','metadata.log.dir','broker.rack',"
          + "'broker.rack.file','broker.rack.wait.ms','health.listener','metadata.log',"
          + "'metadata.log.name','metadata.log.namespace','config.revision','kubernetes.url',"
          + "'kubernetes.credentials.dir','num.partitions','default.replication.factor',"
          + "'min.insync.replicas']";
  static final String CONFIG_FREE = OWNED + ".all(key, !(key in self))";
  static final String CONFIG_MESSAGE =
      OWNED
          + ".filter(key, key in self)[0] + ' is set by the operator itself; remove it from config"
          + " (partitions, replication factor and min in-sync replicas are set in spec.defaults)'";

  /** What brokers follow while they run, and all of them alike. */
  private static final String DYNAMIC =
      "['compression.gzip.level','compression.lz4.level','compression.type',"
          + "'compression.zstd.level','log.cleaner.delete.retention.ms',"
          + "'log.cleaner.max.compaction.lag.ms','log.cleaner.min.cleanable.ratio',"
          + "'log.cleaner.min.compaction.lag.ms','log.cleanup.policy',"
          + "'log.flush.interval.messages','log.flush.interval.ms','log.index.interval.bytes',"
          + "'log.index.size.max.bytes','log.message.timestamp.after.max.ms',"
          + "'log.message.timestamp.before.max.ms','log.message.timestamp.type',"
          + "'log.preallocate','log.retention.bytes','log.retention.hours',"
          + "'log.retention.minutes','log.retention.ms','log.roll.hours','log.roll.jitter.hours',"
          + "'log.roll.jitter.ms','log.roll.ms','log.segment.bytes',"
          + "'log.segment.delete.delay.ms','max.decompressed.message.bytes','message.max.bytes',"
          + "'unclean.leader.election.enable']";

  static final String STATIC = DYNAMIC + ".all(key, !(key in self))";
  static final String STATIC_MESSAGE =
      "what topics go by, as log.retention.ms or message.max.bytes, is one for all brokers; set it"
          + " in spec.config";

  /** A pod's label bears the StatefulSet's name and eleven characters more, of 63. */
  static final String POOL_NAMES_FIT =
      "!has(self.spec.pools)"
          + " || self.spec.pools.all(pool, size(self.metadata.name) + size(pool.name) <= 51)";

  static final String POOL_NAMES_MESSAGE =
      "a LogCluster's name and that of a pool have 51 letters together at most, for pods are called"
          + " after both; take shorter ones";

  private SpecRules() {}
}
