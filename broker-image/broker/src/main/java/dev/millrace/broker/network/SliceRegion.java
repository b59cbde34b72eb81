package dev.millrace.broker.network;

import io.netty.channel.DefaultFileRegion;

/**
 * A log slice on its way to a socket. Must be a {@link DefaultFileRegion}: only that one goes
 * through native sendfile. Unlike its parent it doesn't close the file when done, which is shared,
 * but lets go of the slice. Netty releases it when it was sent and when it can't be.
 */
final class SliceRegion extends DefaultFileRegion {
  private final SliceRecords records;
  private final NetworkCounters counters;

  SliceRegion(SliceRecords records, NetworkCounters counters) {
    super(records.slice().channel(), records.slice().position(), records.slice().length());
    this.records = records;
    this.counters = counters;
  }

  @Override
  protected void deallocate() {
    counters.sentFromFile(transferred());
    records.release();
  }
}
