package dev.millrace.broker.network;

import dev.millrace.log.LogSlice;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Records of a response that are still where they belong, in the log: the network sends them from
 * the file. Owns the slice: whoever was given it last releases it, and the network does so for
 * every response that was handed to it, sent or not. Thread-safe.
 */
public final class SliceRecords implements BaseRecords {
  private final LogSlice slice;
  private final AtomicBoolean released = new AtomicBoolean();

  public SliceRecords(LogSlice slice) {
    this.slice = slice;
  }

  LogSlice slice() {
    return slice;
  }

  @Override
  public int sizeInBytes() {
    return slice.length();
  }

  /** Not supported: Kafka's own network classes are not used here. */
  @Override
  public RecordsSend<? extends BaseRecords> toSend() {
    throw new UnsupportedOperationException("a log slice is sent by Millrace's own network only");
  }

  /** Lets go of the slice; without effect from the second time on. */
  public void release() {
    if (released.compareAndSet(false, true)) {
      slice.release();
    }
  }

  @Override
  public String toString() {
    return "SliceRecords(position=" + slice.position() + ", length=" + slice.length() + ")";
  }
}
