package dev.millrace.broker.server;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.MetadataLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A metadata log in this process's memory that several brokers share: what Kubernetes is to a
 * cluster of pods. Linearizable, never fails, never compacts; who died holds the lease for three
 * seconds.
 */
final class SharedMetadata {
  private static final long LEASE_NANOS = 3_000_000_000L;

  private final String clusterId = Uuid.randomUuid().toString();
  private final List<MetadataLog.Entry> entries = new ArrayList<>();
  private @Nullable Endpoint holder;
  private long heldUntil;

  MetadataLog open(Endpoint self) {
    return new Cursor(self);
  }

  private final class Cursor implements MetadataLog {
    private final Endpoint self;
    private int position;
    private boolean woken;

    Cursor(Endpoint self) {
      this.self = self;
    }

    @Override
    public String clusterId() {
      return clusterId;
    }

    @Override
    public int maxEntryBytes() {
      return 1 << 20;
    }

    @Override
    public Start seekToSnapshot() {
      synchronized (SharedMetadata.this) {
        position = 0;
        Optional<Author> author =
            entries.isEmpty()
                ? Optional.empty()
                : Optional.of(new Author(0, entries.getLast().writer()));
        return new Start(Optional.empty(), author);
      }
    }

    @Override
    public List<Entry> readNext() {
      synchronized (SharedMetadata.this) {
        List<Entry> read = List.copyOf(entries.subList(position, entries.size()));
        position = entries.size();
        return read;
      }
    }

    @Override
    public void append(Entry entry) throws ConflictException {
      synchronized (SharedMetadata.this) {
        if (position != entries.size()) {
          throw new ConflictException("somebody else was there");
        }
        entries.add(entry);
        position++;
        SharedMetadata.this.notifyAll();
      }
    }

    @Override
    public void awaitChange(long millis) throws InterruptedException {
      synchronized (SharedMetadata.this) {
        if (!woken && position == entries.size()) {
          SharedMetadata.this.wait(Math.max(1, millis));
        }
        woken = false;
      }
    }

    @Override
    public void wakeup() {
      synchronized (SharedMetadata.this) {
        woken = true;
        SharedMetadata.this.notifyAll();
      }
    }

    @Override
    public SnapshotNeed snapshotNeed() {
      return SnapshotNeed.NONE;
    }

    @Override
    public void writeSnapshot(Snapshot snapshot) {}

    @Override
    public boolean tryLease() {
      synchronized (SharedMetadata.this) {
        long now = System.nanoTime();
        if (holder == null || self.equals(holder) || now - heldUntil > 0) {
          holder = self;
          heldUntil = now + LEASE_NANOS;
          return true;
        }
        return false;
      }
    }

    @Override
    public boolean takeLease(int fromNode) {
      synchronized (SharedMetadata.this) {
        if (holder == null || self.equals(holder) || holder.nodeId() == fromNode) {
          holder = self;
          heldUntil = System.nanoTime() + LEASE_NANOS;
          return true;
        }
        return false;
      }
    }

    @Override
    public void releaseLease() {
      synchronized (SharedMetadata.this) {
        if (self.equals(holder)) {
          holder = null;
          SharedMetadata.this.notifyAll();
        }
      }
    }

    @Override
    public void close() {}
  }
}
