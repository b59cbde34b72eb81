package dev.millrace.broker.controller;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** What is to go wrong between nodes and the medium. Thread-safe. */
public final class Faults {
  /** What becomes of one write. */
  public enum Fate {
    FINE,
    /** It lands, and nobody says so. */
    REPLY_LOST,
    REQUEST_LOST,
    /** The caller gives up; the write arrives later. */
    LATE
  }

  private final AtomicInteger repliesToLose = new AtomicInteger();
  private final AtomicInteger requestsToLose = new AtomicInteger();
  private final AtomicInteger writesToDelay = new AtomicInteger();
  private final AtomicInteger turnedAway = new AtomicInteger();
  private volatile boolean outage;
  private final AtomicInteger happened = new AtomicInteger();
  private final Map<Integer, CountDownLatch> held = new ConcurrentHashMap<>();
  private final Map<Integer, CountDownLatch> stalled = new ConcurrentHashMap<>();
  private final Map<Integer, CountDownLatch> arrivals = new ConcurrentHashMap<>();

  /** Nobody reaches the medium until {@link #releaseAll}. */
  public void beginOutage() {
    outage = true;
  }

  /** Called by the medium before any call: whether it is away. */
  public boolean isOutage() {
    if (outage) {
      turnedAway.incrementAndGet();
    }
    return outage;
  }

  public int turnedAway() {
    return turnedAway.get();
  }

  public void loseReply() {
    repliesToLose.set(1);
  }

  public void loseRequest() {
    requestsToLose.set(1);
  }

  public void delayWrite() {
    writesToDelay.set(1);
  }

  /** The node's next write is stuck on its way until {@link #release}. */
  public CountDownLatch hold(int node) {
    var arrived = new CountDownLatch(1);
    arrivals.put(node, arrived);
    held.putIfAbsent(node, new CountDownLatch(1));
    return arrived;
  }

  /** Nothing of the node gets through until {@link #release}, as in a pause of its process. */
  public void stall(int node) {
    stalled.putIfAbsent(node, new CountDownLatch(1));
  }

  public void release(int node) {
    free(held, node);
    free(stalled, node);
  }

  public void releaseAll() {
    outage = false;
    repliesToLose.set(0);
    requestsToLose.set(0);
    writesToDelay.set(0);
    held.keySet().forEach(this::release);
    stalled.keySet().forEach(this::release);
  }

  private static void free(Map<Integer, CountDownLatch> latches, int node) {
    CountDownLatch latch = latches.remove(node);
    if (latch != null) {
      latch.countDown();
    }
  }

  /** How many faults met a write. */
  public int happened() {
    return happened.get();
  }

  /** Called by the medium before any call of a node. */
  public void beforeCall(int node) throws InterruptedException {
    CountDownLatch latch = stalled.get(node);
    if (latch != null) {
      latch.await();
    }
  }

  /** Called by the medium before an append of a node. */
  public Fate beforeAppend(int node) throws InterruptedException {
    CountDownLatch latch = held.get(node);
    if (latch != null) {
      happened.incrementAndGet();
      CountDownLatch arrived = arrivals.remove(node);
      if (arrived != null) {
        arrived.countDown();
      }
      latch.await();
    }
    if (takeOne(repliesToLose)) {
      return Fate.REPLY_LOST;
    }
    if (takeOne(requestsToLose)) {
      return Fate.REQUEST_LOST;
    }
    return takeOne(writesToDelay) ? Fate.LATE : Fate.FINE;
  }

  private boolean takeOne(AtomicInteger counter) {
    boolean taken = counter.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    if (taken) {
      happened.incrementAndGet();
    }
    return taken;
  }
}
