package dev.millrace.local.api.store;

import java.util.Comparator;

/**
 * Where an object is kept.
 *
 * @param storage the collection, {@code plural.group}; versions of a kind share it
 * @param namespace empty for what belongs to none
 */
public record ObjectKey(String storage, String namespace, String name)
    implements Comparable<ObjectKey> {
  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::storage)
          .thenComparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::name);

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }
}
