package dev.millrace.broker.replica.sim;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/**
 * Time, chance and what happens next. Everything in a simulation is an event here; the seed decides
 * all that is not decided by the code under test. One thread.
 */
final class World implements Time {
  private static final int TRACE_LINES = 700;
  private static final long START_MS = 1_000_000;

  /** Whose event it is: nothing happens to the dead, and to the paused it happens later. */
  interface Actor {
    boolean isAlive();

    long pausedUntilMs();
  }

  /** Lives for ever and is never paused. */
  static final Actor NATURE =
      new Actor() {
        @Override
        public boolean isAlive() {
          return true;
        }

        @Override
        public long pausedUntilMs() {
          return 0;
        }
      };

  private record Event(long atMs, long tie, Actor actor, Runnable action) {}

  private final Random random;
  private final boolean tracing;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atMs).thenComparingLong(Event::tie));
  private final Deque<String> trace = new ArrayDeque<>();
  private long nowMs = START_MS;
  private long done;
  private long fingerprint;

  World(long seed, boolean tracing) {
    this.random = new Random(seed);
    this.tracing = tracing;
  }

  // ---- events

  /** Has something happen later; what is due at the same time happens in any order. */
  void after(long delayMs, Actor actor, Runnable action) {
    events.add(new Event(nowMs + delayMs, random.nextLong(), actor, action));
  }

  /**
   * Lets the next event happen.
   *
   * @return false if there is none up to that time
   */
  boolean step(long untilMs) {
    Event next = events.peek();
    if (next == null || next.atMs() > untilMs) {
      nowMs = Math.max(nowMs, untilMs);
      return false;
    }
    events.poll();
    nowMs = next.atMs();
    Actor actor = next.actor();
    if (!actor.isAlive()) {
      return true;
    }
    if (actor.pausedUntilMs() > nowMs) {
      // Whatever waits for the paused comes at once when it goes on, in the order it was due.
      events.add(new Event(actor.pausedUntilMs(), done - Long.MAX_VALUE, actor, next.action()));
      done++;
      return true;
    }
    done++;
    fingerprint = fingerprint * 31 + nowMs;
    next.action().run();
    return true;
  }

  long eventsDone() {
    return done;
  }

  /** Differs, in all likelihood, where two runs differ. */
  long fingerprint() {
    return fingerprint;
  }

  // ---- chance

  int chance(int bound) {
    return random.nextInt(bound);
  }

  /** From {@code least} to {@code most}, both included. */
  long between(long least, long most) {
    return least + random.nextInt(Math.toIntExact(most - least + 1));
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  // ---- the trace

  /** Notes what happens, if somebody will read it. */
  void note(Supplier<String> what) {
    if (tracing) {
      if (trace.size() == TRACE_LINES) {
        trace.removeFirst();
      }
      trace.addLast("%8d  %s".formatted(nowMs - START_MS, what.get()));
    }
  }

  String trace() {
    return String.join("\n", trace);
  }

  // ---- the clock

  @Override
  public long milliseconds() {
    return nowMs;
  }

  @Override
  public long nanoseconds() {
    return TimeUnit.MILLISECONDS.toNanos(nowMs);
  }

  @Override
  public void sleep(long ms) {
    throw new UnsupportedOperationException("nobody sleeps here");
  }
}
