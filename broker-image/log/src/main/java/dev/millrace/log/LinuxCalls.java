package dev.millrace.log;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The few system calls about files that Java has no other name for, as of their manual pages.
 * Results below zero are negated error numbers. Thread-safe.
 */
final class LinuxCalls {
  static final int EAGAIN = 11;
  static final int ADVICE_RANDOM = 1;
  static final int ADVICE_WILL_NEED = 3;
  static final int ADVICE_DONT_NEED = 4;

  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int O_CLOEXEC = 0x80000;
  private static final int RWF_NOWAIT = 8;
  private static final int IOVEC_BYTES = 16;
  private static final int CACHESTAT_RANGE_BYTES = 16;
  private static final int CACHESTAT_BYTES = 40;
  private static final int PAGE_SIZE = 30;

  /** Of cachestat(2) in Linux 6.5 and later, on every architecture; C libraries don't name it. */
  private static final long CACHESTAT = 451;

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_OF =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final MethodHandle open;
  private final MethodHandle close;
  private final MethodHandle preadv2;
  private final MethodHandle posixFadvise;
  private final MethodHandle sendfile;
  private final MethodHandle syncfs;
  private final MethodHandle cachestat;
  private final long pageSize;

  /** One byte to read into, and where its address stands for {@code preadv2}. */
  private final MemorySegment oneByte;

  /** Error numbers come back in memory that no other thread writes; few threads ask. */
  private final ThreadLocal<MemorySegment> state =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private final ThreadLocal<MemorySegment> pages =
      ThreadLocal.withInitial(
          () -> Arena.ofAuto().allocate(CACHESTAT_RANGE_BYTES + CACHESTAT_BYTES, Long.BYTES));

  private LinuxCalls(Linker linker, SymbolLookup library) {
    // What never waits is called without telling the collector, which is much cheaper.
    Linker.Option quick = Linker.Option.critical(false);
    open =
        linker.downcallHandle(
            library.findOrThrow("open"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(2),
            ERRNO);
    close =
        linker.downcallHandle(
            library.findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    preadv2 =
        linker.downcallHandle(
            library.findOrThrow("preadv2"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT),
            quick,
            ERRNO);
    posixFadvise =
        linker.downcallHandle(
            library.findOrThrow("posix_fadvise"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    sendfile =
        linker.downcallHandle(
            library.findOrThrow("sendfile"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG),
            ERRNO);
    syncfs =
        linker.downcallHandle(
            library.findOrThrow("syncfs"), FunctionDescriptor.of(JAVA_INT, JAVA_INT), ERRNO);
    cachestat =
        linker.downcallHandle(
            library.findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(1),
            quick,
            ERRNO);
    pageSize = pageSize(linker, library);
    oneByte = Arena.global().allocate(IOVEC_BYTES + 1L, Long.BYTES);
    oneByte.set(ADDRESS, 0, oneByte.asSlice(IOVEC_BYTES));
    oneByte.set(JAVA_LONG, Long.BYTES, 1);
  }

  /** The calls, where this is a 64-bit Linux whose C library has them all. */
  static Optional<LinuxCalls> find() {
    if (!System.getProperty("os.name").equals("Linux") || ADDRESS.byteSize() != Long.BYTES) {
      return Optional.empty();
    }
    try {
      Linker linker = Linker.nativeLinker();
      return Optional.of(new LinuxCalls(linker, linker.defaultLookup()));
    } catch (UnsupportedOperationException | java.util.NoSuchElementException e) {
      return Optional.empty();
    }
  }

  private static long pageSize(Linker linker, SymbolLookup library) {
    MethodHandle sysconf =
        linker.downcallHandle(
            library.findOrThrow("sysconf"), FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    try {
      return (long) sysconf.invokeExact(PAGE_SIZE);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Opens a file to read from, without making it. */
  int openToRead(Path path) {
    return open(path, O_RDONLY);
  }

  /** Opens a file to write to, without making it. */
  int openToWrite(Path path) {
    return open(path, O_WRONLY);
  }

  private int open(Path path, int flags) {
    MemorySegment error = state.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString());
      return (int) result((int) open.invokeExact(error, name, flags | O_CLOEXEC), error);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  void close(int file) {
    try {
      int ignored = (int) close.invokeExact(file);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Reads one byte of what is in memory; preadv2(2) with {@code RWF_NOWAIT}.
   *
   * @return 1; 0 behind the end; {@code -EAGAIN} if the disk would have to be waited for
   */
  long readOneCached(int file, long position) {
    MemorySegment error = state.get();
    try {
      return result(
          (long) preadv2.invokeExact(error, file, oneByte, 1, position, RWF_NOWAIT), error);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Pages that a range touches. */
  long pages(long position, long length) {
    return (position + length - 1) / pageSize - position / pageSize + 1;
  }

  /**
   * Of the pages that a range touches those that the cache has, be it that the disk is still
   * reading them; cachestat(2).
   *
   * @return the number, or the error where the kernel doesn't know the call or forbids it
   */
  long cachedPages(int file, long position, long length) {
    MemorySegment error = state.get();
    MemorySegment range = pages.get();
    MemorySegment answer = range.asSlice(CACHESTAT_RANGE_BYTES);
    range.set(JAVA_LONG, 0, position);
    range.set(JAVA_LONG, Long.BYTES, length);
    try {
      long done =
          result((long) cachestat.invokeExact(error, CACHESTAT, file, range, answer, 0), error);
      return done < 0 ? done : answer.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** posix_fadvise(2); of hints errors are of no use. */
  void advise(int file, long position, long length, int advice) {
    try {
      int ignored = (int) posixFadvise.invokeExact(file, position, length, advice);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * sendfile(2).
   *
   * @return bytes moved, 0 at the file's end
   */
  long send(int to, int from, long position, long length) {
    MemorySegment error = state.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment at = arena.allocateFrom(JAVA_LONG, position);
      return result((long) sendfile.invokeExact(error, to, from, at, length), error);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Writes all of the file system that a file is on to its disk; syncfs(2).
   *
   * @return 0, or the error
   */
  long syncFileSystem(int file) {
    MemorySegment error = state.get();
    try {
      return result((int) syncfs.invokeExact(error, file), error);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static long result(long returned, MemorySegment error) {
    return returned >= 0 ? returned : -(int) ERRNO_OF.get(error, 0L);
  }

  private static IllegalStateException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }
}
