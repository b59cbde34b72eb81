package dev.millrace.bench.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Functions of the C library that all take up to five words and return one. An instance is used by
 * one thread: it holds that thread's errno. Linux only, 64 bits.
 */
final class Libc {
  static final int EINTR = 4;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle SOCKET = handle("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = handle("bind", INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle CONNECT = handle("connect", INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle LISTEN = handle("listen", INT, INT, INT);
  private static final MethodHandle ACCEPT =
      handle("accept", INT, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final MethodHandle SET_OPTION =
      handle("setsockopt", INT, INT, INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle SHUTDOWN = handle("shutdown", INT, INT, INT);
  private static final MethodHandle CLOSE = handle("close", INT, INT);
  private static final MethodHandle OPEN = handle("open", INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle SEND =
      handle("send", LONG, INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle RECEIVE =
      handle("recv", LONG, INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle SEND_FILE =
      handle("sendfile", LONG, INT, INT, ValueLayout.ADDRESS, LONG);
  private static final MethodHandle ADVISE = handle("posix_fadvise", INT, INT, LONG, LONG, INT);
  private static final MethodHandle PRCTL = handle("prctl", INT, INT, LONG);

  private final MemorySegment state = Arena.ofAuto().allocate(STATE);

  private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, parameters),
        Linker.Option.captureCallState("errno"));
  }

  /** What the last call of this thread that returned -1 failed with. */
  int errno() {
    return (int) ERRNO.get(state, 0L);
  }

  IOException failed(String what) {
    return new IOException(what + " failed with errno " + errno());
  }

  int socket(int domain, int type, int protocol) {
    try {
      return (int) SOCKET.invokeExact(state, domain, type, protocol);
    } catch (Throwable e) {
      throw new LinkageError("socket", e);
    }
  }

  int bind(int fd, MemorySegment address) {
    try {
      return (int) BIND.invokeExact(state, fd, address, (int) address.byteSize());
    } catch (Throwable e) {
      throw new LinkageError("bind", e);
    }
  }

  int connect(int fd, MemorySegment address) {
    try {
      return (int) CONNECT.invokeExact(state, fd, address, (int) address.byteSize());
    } catch (Throwable e) {
      throw new LinkageError("connect", e);
    }
  }

  int listen(int fd, int backlog) {
    try {
      return (int) LISTEN.invokeExact(state, fd, backlog);
    } catch (Throwable e) {
      throw new LinkageError("listen", e);
    }
  }

  int accept(int fd) {
    try {
      return (int) ACCEPT.invokeExact(state, fd, MemorySegment.NULL, MemorySegment.NULL);
    } catch (Throwable e) {
      throw new LinkageError("accept", e);
    }
  }

  int setOption(int fd, int level, int option, MemorySegment value) {
    try {
      return (int) SET_OPTION.invokeExact(state, fd, level, option, value, (int) value.byteSize());
    } catch (Throwable e) {
      throw new LinkageError("setsockopt", e);
    }
  }

  int shutdown(int fd, int how) {
    try {
      return (int) SHUTDOWN.invokeExact(state, fd, how);
    } catch (Throwable e) {
      throw new LinkageError("shutdown", e);
    }
  }

  int close(int fd) {
    try {
      return (int) CLOSE.invokeExact(state, fd);
    } catch (Throwable e) {
      throw new LinkageError("close", e);
    }
  }

  int open(MemorySegment path, int flags) {
    try {
      return (int) OPEN.invokeExact(state, path, flags);
    } catch (Throwable e) {
      throw new LinkageError("open", e);
    }
  }

  long send(int fd, MemorySegment bytes, int flags) {
    try {
      return (long) SEND.invokeExact(state, fd, bytes, bytes.byteSize(), flags);
    } catch (Throwable e) {
      throw new LinkageError("send", e);
    }
  }

  long receive(int fd, MemorySegment into, long length, int flags) {
    try {
      return (long) RECEIVE.invokeExact(state, fd, into, length, flags);
    } catch (Throwable e) {
      throw new LinkageError("recv", e);
    }
  }

  long sendFile(int socket, int file, MemorySegment offset, long count) {
    try {
      return (long) SEND_FILE.invokeExact(state, socket, file, offset, count);
    } catch (Throwable e) {
      throw new LinkageError("sendfile", e);
    }
  }

  /** Returns the error itself. */
  int advise(int fd, long offset, long length, int advice) {
    try {
      return (int) ADVISE.invokeExact(state, fd, offset, length, advice);
    } catch (Throwable e) {
      throw new LinkageError("posix_fadvise", e);
    }
  }

  int prctl(int option, long value) {
    try {
      return (int) PRCTL.invokeExact(state, option, value);
    } catch (Throwable e) {
      throw new LinkageError("prctl", e);
    }
  }
}
