package dev.millrace.broker.network;

import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/**
 * Counts file regions at their length. Netty counts them as nothing, for they take no memory; but
 * what a slow consumer has pending holds files open, so it has to count in the write watermark.
 */
final class RegionSizeEstimator implements MessageSizeEstimator {
  private final Handle memory = DefaultMessageSizeEstimator.DEFAULT.newHandle();

  @Override
  public Handle newHandle() {
    return message ->
        message instanceof FileRegion region
            ? (int) Math.min(Integer.MAX_VALUE, region.count())
            : memory.size(message);
  }
}
