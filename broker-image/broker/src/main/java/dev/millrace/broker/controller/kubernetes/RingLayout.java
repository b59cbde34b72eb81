package dev.millrace.broker.controller.kubernetes;

/**
 * Where things are: which slot holds which append, and how objects are named and reached. Pure.
 *
 * <p>Append number s is kept in slot s mod K. Names have dots, which the name of a LogCluster
 * cannot have, so those of two clusters never meet.
 *
 * @param namespace of all objects
 * @param name of the MetadataLog, which is the cluster's
 * @param slots K
 */
record RingLayout(String namespace, String name, int slots) {
  static final String API_VERSION = "millrace.dev/v1beta1";
  static final String CLUSTER_LABEL = "millrace.dev/cluster";
  static final String PART_LABEL = "millrace.dev/part";
  static final String ENTRY_PART = "entry";
  static final String SNAPSHOT_PART = "snapshot";

  private static final String GROUP = "/apis/millrace.dev/v1beta1/namespaces/";
  private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/";

  int slotOf(long seq) {
    return (int) (seq % slots);
  }

  /** Whether append {@code seq} makes its slot rather than overwriting it. */
  boolean isFirstLap(long seq) {
    return seq < slots;
  }

  String entryName(long seq) {
    return "%s.entry.%04d".formatted(name, slotOf(seq));
  }

  /** Unique by content: two writers of one name write the same. */
  String chunkName(long offset, int epoch, String contentHash, int index) {
    return "%s.snapshot.%d-%d.%s.%03d".formatted(name, offset, epoch, contentHash, index);
  }

  /**
   * What {@link #chunkName} was made of; names of other kinds are of no offset, thus the highest.
   */
  long offsetOfChunk(String chunkName) {
    String prefix = name + ".snapshot.";
    int end = chunkName.indexOf('-', prefix.length());
    if (!chunkName.startsWith(prefix) || end < 0) {
      return Long.MAX_VALUE;
    }
    try {
      return Long.parseLong(chunkName.substring(prefix.length(), end));
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  String logPath() {
    return GROUP + namespace + "/metadatalogs/" + name;
  }

  String slotsPath() {
    return GROUP + namespace + "/metadataslots";
  }

  String slotPath(String slotName) {
    return slotsPath() + "/" + slotName;
  }

  /** A list of this log's slots of one part, by label. */
  String listPath(String part) {
    return slotsPath()
        + "?labelSelector="
        + "millrace.dev%2Fcluster%3D"
        + name
        + "%2Cmillrace.dev%2Fpart%3D"
        + part;
  }

  String leaseName() {
    return name + "-controller";
  }

  String leasesPath() {
    return LEASES + namespace + "/leases";
  }

  String leasePath() {
    return leasesPath() + "/" + leaseName();
  }
}
