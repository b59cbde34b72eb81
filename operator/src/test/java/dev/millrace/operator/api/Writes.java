package dev.millrace.operator.api;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Notes every request of a client that could change something, holds some of them up, and has the
 * client die after any of them where a test wants that: what comes after it never reaches the API
 * server.
 */
final class Writes implements Interceptor {
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final AtomicBoolean spent = new AtomicBoolean();
  private final AtomicReference<Hold> hold = new AtomicReference<>(new Hold("", 0));
  private volatile boolean mortal;

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (changes(request)) {
      if (mortal && spent.getAndSet(true)) {
        throw new IllegalStateException("This operator is dead");
      }
      seen.add(request.method() + " " + request.uri().getPath());
      hold.get().pass(request.uri().getPath());
    }
  }

  /** Who asks what it may do posts that, and changes nothing by it. */
  private static boolean changes(HttpRequest request) {
    return !"GET".equals(request.method())
        && !request.uri().getPath().contains("/authorization.k8s.io/");
  }

  /** From now on writes to such a path do not come to the API server, nor does an answer. */
  void hold(String part) {
    hold.set(new Hold(part, 1));
  }

  /** Lets go of all that is held. */
  void release() {
    hold.getAndSet(new Hold("", 0)).latch.countDown();
  }

  /** Holds up whoever writes to a path with this part in it. */
  private record Hold(String part, CountDownLatch latch) {
    Hold(String part, int count) {
      this(part, new CountDownLatch(count));
    }

    void pass(String path) {
      if (path.contains(part)) {
        try {
          latch.await();
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** From now on each life has one write, or as many as it wants. */
  void mortal(boolean one) {
    spent.set(false);
    mortal = one;
  }

  /** Whether this life has had its write. */
  boolean spent() {
    return spent.get();
  }

  /** Another life. */
  void revive() {
    spent.set(false);
  }

  List<String> seen() {
    return List.copyOf(seen);
  }

  void forget() {
    seen.clear();
  }
}
