package dev.millrace.log;

import java.nio.channels.FileChannel;

/**
 * A run of whole or, at its end, cut record batches inside one segment file, for sendfile or pread.
 * Holds the file open until released, even if the segment is deleted meanwhile. Thread-safe.
 */
public interface LogSlice {
  /** The segment's file; read with positions only. */
  FileChannel channel();

  /** Byte position in the file. */
  long position();

  /** Bytes; 0 or more. */
  int length();

  /** Lets go of the file. To be called once. */
  void release();
}
