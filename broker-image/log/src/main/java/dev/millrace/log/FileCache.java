package dev.millrace.log;

/**
 * What the page cache has of one file, and hints to the kernel about it. Nothing that is asked or
 * hinted here changes what the file holds; where the kernel doesn't say, all counts as cached.
 * Thread-safe; after {@link #close} all counts as cached and hints are without effect.
 */
public interface FileCache extends AutoCloseable {
  /** Of a file that nothing is known of: it is taken for cached. */
  FileCache UNKNOWN =
      new FileCache() {
        @Override
        public boolean has(long position, long length) {
          return true;
        }

        @Override
        public boolean lacks(long position, long length) {
          return false;
        }

        @Override
        public void load(long position, long length) {}

        @Override
        public void readAhead(long position, long length) {}

        @Override
        public void drop(long position, long length) {}

        @Override
        public void close() {}
      };

  /**
   * Whether a read of this range would find it in memory, as far as one can tell cheaply. Doesn't
   * wait for the disk.
   */
  boolean has(long position, long length);

  /**
   * Whether hardly anything of this range is in memory: the kernel may have read a bit of it with
   * its neighbours. Doesn't wait for the disk either.
   */
  boolean lacks(long position, long length);

  /** Reads a range into memory, and returns when it is there. */
  void load(long position, long length);

  /** Has the kernel begin to read a range; may wait for room in the disk's queue. */
  void readAhead(long position, long length);

  /** Lets a range go from memory, but for what is dirty or on its way to a socket. */
  void drop(long position, long length);

  @Override
  void close();
}
