package dev.millrace.broker.group;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.jspecify.annotations.Nullable;

/**
 * The loads of one partition, of which the last one counts. The coordinator takes the end of any
 * load for that of the one it is at, so one that an election or a resignation has overtaken must
 * never end. Thread-safe: whatever is told of an end is told under the lock, hence before or after
 * what overtakes it, never between.
 */
final class PartitionLoads {
  private int announced;
  private int begun;
  private @Nullable Load last;

  /** One of them. */
  final class Load {
    private final CompletableFuture<LoadSummary> end = new CompletableFuture<>();
    private boolean counts;

    private Load(boolean counts) {
      this.counts = counts;
    }

    /** Completes if and when it ends while it counts. */
    CompletableFuture<LoadSummary> end() {
      return end;
    }

    boolean counts() {
      synchronized (PartitionLoads.this) {
        return counts;
      }
    }

    /** It is over, well or with a failure. */
    void end(@Nullable LoadSummary summary, @Nullable Throwable failure) {
      synchronized (PartitionLoads.this) {
        if (!counts) {
          return;
        }
        if (failure == null) {
          end.complete(summary);
        } else {
          end.completeExceptionally(failure);
        }
      }
    }
  }

  /** The coordinator is about to be told of an election, and will begin a load for it. */
  synchronized void announce() {
    abandon();
    announced++;
  }

  /** What is loaded, or has been, is nobody's any more. */
  synchronized void abandon() {
    if (last != null) {
      last.counts = false;
      last = null;
    }
  }

  /** The coordinator begins the load of the next election, or once more that of the last one. */
  synchronized Load begin() {
    abandon();
    begun = Math.min(begun + 1, announced);
    last = new Load(begun == announced);
    return last;
  }

  /** Whether the last load has ended well. */
  synchronized boolean succeeded() {
    return last != null && last.end.state() == Future.State.SUCCESS;
  }
}
