package dev.millrace.broker.controller.kubernetes;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Slots that came without being asked for, from the watch or the first list, until the reader gets
 * to them. Bounded: what does not fit is left out, and the reader, missing it, asks for it.
 * Thread-safe.
 */
final class ArrivedSlots {
  static final int MAX_BYTES = 4 << 20;

  private final Map<Long, Slot> bySeq = new HashMap<>();
  private int bytes;
  private boolean news;

  synchronized void add(Slot slot) {
    news = true;
    int size = slot.entry().batches().length;
    if (bytes + size <= MAX_BYTES && bySeq.putIfAbsent(slot.seq(), slot) == null) {
      bytes += size;
    }
    notifyAll();
  }

  /** Takes one, and forgets everything older. */
  synchronized Optional<Slot> take(long seq) {
    bySeq.values().removeIf(slot -> slot.seq() < seq);
    Slot slot = bySeq.remove(seq);
    bytes = bySeq.values().stream().mapToInt(s -> s.entry().batches().length).sum();
    return Optional.ofNullable(slot);
  }

  /** Whether anything newer than this was seen. */
  synchronized boolean hasBeyond(long seq) {
    return bySeq.keySet().stream().anyMatch(arrived -> arrived > seq);
  }

  synchronized void clear() {
    bySeq.clear();
    bytes = 0;
  }

  /** Returns at news since the last call, at a {@link #wakeup}, or after {@code millis}. */
  synchronized void awaitNews(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    for (long left = millis; !news && left > 0; ) {
      wait(left);
      left = (deadline - System.nanoTime()) / 1_000_000;
    }
    news = false;
  }

  synchronized void wakeup() {
    news = true;
    notifyAll();
  }
}
