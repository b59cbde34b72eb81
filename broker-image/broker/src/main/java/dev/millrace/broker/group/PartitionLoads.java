package dev.millrace.broker.group;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.jspecify.annotations.Nullable;

/**
 * The loads of one partition, of which the last one counts. The coordinator takes the end of any
 * load for that of the one it is at, so one that an election or a resignation has overtaken must
 * never end. Thread-safe: whatever is told of an end is told under the lock, hence before or after
 * what overtakes it, never between.
 */
final class PartitionLoads {
  private int epoch;
  private int announced;
  private int begun;
  private @Nullable Load last;

  /** One of them. */
  final class Load {
    /** The coordinator asks for its end when that may have come already. */
    private final CompletableFuture<LoadSummary> end =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<LoadSummary> whenComplete(
              BiConsumer<? super LoadSummary, ? super Throwable> told) {
            synchronized (PartitionLoads.this) {
              return isDone() && !counts ? new CompletableFuture<>() : super.whenComplete(told);
            }
          }
        };

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
  synchronized void announce(int leaderEpoch) {
    abandon();
    epoch = leaderEpoch;
    announced++;
  }

  /** The coordinator goes on in the next epoch with what it has. */
  synchronized void goOn(int leaderEpoch) {
    epoch = leaderEpoch;
  }

  /**
   * The epoch in which what is loaded may be written on: in a later one it may lack what others
   * have written.
   *
   * @throws NotLeaderOrFollowerException nothing is loaded
   */
  synchronized int epoch() {
    if (!succeeded()) {
      throw new NotLeaderOrFollowerException("What the coordinator knows is out of date");
    }
    return epoch;
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
