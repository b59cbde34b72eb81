package dev.millrace.log;

import java.nio.ByteBuffer;

/**
 * Batches that may be appended.
 *
 * @param buffer big-endian, whole batches from 0 to the limit
 * @param logAppendTimeMs the time put into them, or -1
 */
record ValidBatches(ByteBuffer buffer, long logAppendTimeMs) {
  static final long NO_TIME = -1;

  int bytes() {
    return buffer.limit();
  }
}
