package dev.millrace.local.api.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The latest events, so that a watch may resume. Holds at most {@link #MAX_EVENTS}; what is older
 * is forgotten and answered with "too old". Guarded by the store's lock.
 */
final class History {
  static final int MAX_EVENTS = 1_000;

  private final Deque<StoreEvent> events = new ArrayDeque<>();
  private long forgotten;

  /** Whoever watches from before {@code start} cannot be served. */
  History(long start) {
    this.forgotten = start;
  }

  void add(StoreEvent event) {
    events.addLast(event);
    if (events.size() > MAX_EVENTS) {
      forgotten = events.removeFirst().revision();
    }
  }

  boolean covers(long revision) {
    return revision >= forgotten;
  }

  long oldest() {
    return forgotten;
  }

  List<StoreEvent> after(long revision) {
    return events.stream().filter(event -> event.revision() > revision).toList();
  }
}
