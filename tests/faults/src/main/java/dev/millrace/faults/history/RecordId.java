package dev.millrace.faults.history;

/**
 * Which record it is; no two records of a run have the same.
 *
 * @param producer number of the producer that sent it, below 32768
 * @param partition the partition that it was sent to, by its place in the list of all partitions,
 *     below 65536
 * @param sequence how many that producer had sent to that partition before
 */
public record RecordId(int producer, int partition, int sequence) {

  /** No record, where a packed one is expected. */
  public static final long NONE = -1;

  /** A record whose bytes are not what its producer sent, where a packed one is expected. */
  public static final long DAMAGED = -2;

  public RecordId {
    if (producer < 0
        || producer > Short.MAX_VALUE
        || partition < 0
        || partition > 0xffff
        || sequence < 0) {
      throw new IllegalArgumentException(producer + "/" + partition + "/" + sequence);
    }
  }

  /** All of it in one number that is not negative. */
  public long packed() {
    return (long) producer << 48 | (long) partition << 32 | sequence;
  }

  /** The reverse of {@link #packed}. */
  public static RecordId of(long packed) {
    return new RecordId((int) (packed >>> 48), (int) (packed >>> 32) & 0xffff, (int) packed);
  }

  /** A packed one for people, {@link #NONE} and {@link #DAMAGED} included. */
  public static String text(long packed) {
    if (packed == NONE) {
      return "nothing";
    }
    return packed == DAMAGED ? "damaged bytes" : of(packed).toString();
  }

  @Override
  public String toString() {
    return "record " + sequence + " of producer " + producer + " for partition #" + partition;
  }
}
