package dev.millrace.local.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.store.ConflictException.Why;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Objects under keys with one revision for all of them, as etcd gives it to kube-apiserver: each
 * write makes the next revision, reaches the journal before anyone sees it, then every watcher in
 * the order of revisions. Safe on any thread. Trees handed out are shared and must not be changed.
 */
public final class ObjectStore implements AutoCloseable {
  /** All objects of a collection as they were at one revision. */
  public record Listing(List<ObjectNode> items, long revision) {}

  private final Object lock = new Object();
  private final NavigableMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
  private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
  private final Journal journal;
  private final History history;
  private long revision;

  public ObjectStore(Journal journal) throws IOException {
    this.journal = journal;
    this.revision = journal.load(objects);
    this.history = new History(revision);
  }

  public @Nullable ObjectNode get(ObjectKey key) {
    synchronized (lock) {
      return objects.get(key);
    }
  }

  /** What {@code storage} holds, of all namespaces where {@code namespace} is empty. */
  public Listing list(String storage, String namespace) {
    synchronized (lock) {
      List<ObjectNode> items = new ArrayList<>();
      for (var entry : objects.tailMap(new ObjectKey(storage, namespace, "")).entrySet()) {
        ObjectKey key = entry.getKey();
        if (!key.storage().equals(storage)
            || (!namespace.isEmpty() && !key.namespace().equals(namespace))) {
          break;
        }
        items.add(entry.getValue());
      }
      return new Listing(items, revision);
    }
  }

  /** The keys of everything that is in {@code namespace}. */
  public List<ObjectKey> inNamespace(String namespace) {
    synchronized (lock) {
      return objects.keySet().stream().filter(key -> key.namespace().equals(namespace)).toList();
    }
  }

  public ObjectNode create(ObjectKey key, ObjectNode object) throws ConflictException {
    synchronized (lock) {
      if (objects.containsKey(key)) {
        throw new ConflictException(Why.EXISTS);
      }
      return commit(StoreEvent.Type.ADDED, key, object, null);
    }
  }

  /** Replaces what has {@code expected} as its revision. */
  public ObjectNode update(ObjectKey key, ObjectNode object, long expected)
      throws ConflictException {
    synchronized (lock) {
      ObjectNode present = expect(key, expected);
      return commit(StoreEvent.Type.MODIFIED, key, object, present);
    }
  }

  public ObjectNode delete(ObjectKey key, long expected) throws ConflictException {
    synchronized (lock) {
      ObjectNode present = expect(key, expected);
      return commit(StoreEvent.Type.DELETED, key, present, present);
    }
  }

  /**
   * Watches the keys that {@code filter} accepts, from just after {@code from} on. Refuses with
   * "too old" where the history does not reach back so far.
   */
  public Subscription watch(Predicate<ObjectKey> filter, long from) {
    synchronized (lock) {
      if (!history.covers(from) || from > revision) {
        throw ApiException.expired(
            "too old resource version: " + from + " (" + history.oldest() + ")");
      }
      var self = new Subscription[1];
      self[0] = new Subscription(filter, () -> subscriptions.remove(self[0]));
      history.after(from).forEach(self[0]::offer);
      subscriptions.add(self[0]);
      return self[0];
    }
  }

  public long revision() {
    synchronized (lock) {
      return revision;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (lock) {
      journal.close();
    }
  }

  private ObjectNode expect(ObjectKey key, long expected) throws ConflictException {
    ObjectNode present = objects.get(key);
    if (present == null) {
      throw new ConflictException(Why.MISSING);
    }
    if (Revisions.of(present) != expected) {
      throw new ConflictException(Why.MODIFIED);
    }
    return present;
  }

  private ObjectNode commit(
      StoreEvent.Type type, ObjectKey key, ObjectNode object, @Nullable ObjectNode previous) {
    long next = revision + 1;
    ObjectNode stamped = Revisions.stamp(object, next);
    boolean gone = type == StoreEvent.Type.DELETED;
    journal.append(key, next, gone ? null : stamped);
    revision = next;
    if (gone) {
      objects.remove(key);
    } else {
      objects.put(key, stamped);
    }
    journal.compactIfGrown(objects, revision);
    StoreEvent event = new StoreEvent(type, key, stamped, previous, next);
    history.add(event);
    subscriptions.forEach(subscription -> subscription.offer(event));
    return stamped;
  }
}
