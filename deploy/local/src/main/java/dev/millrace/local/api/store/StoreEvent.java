package dev.millrace.local.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One committed change. The trees are shared by all who see the event: nobody may change them.
 *
 * @param previous what was there before; null for {@link Type#ADDED}
 * @param revision the store's revision that this change made
 */
public record StoreEvent(
    Type type, ObjectKey key, ObjectNode object, @Nullable ObjectNode previous, long revision) {
  /** The names are the ones that a watch sends. */
  public enum Type {
    ADDED,
    MODIFIED,
    DELETED
  }
}
