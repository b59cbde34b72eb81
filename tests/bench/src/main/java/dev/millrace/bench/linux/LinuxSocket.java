package dev.millrace.bench.linux;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A blocking TCP socket that can throw away what comes without copying it out of the kernel, which
 * leaves more of the machine to the broker. One thread may write while another reads. IPv4.
 */
public final class LinuxSocket implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final long TIMEOUT_SECONDS = 60;
  private static final int SHUT_RDWR = 2;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_WAITALL = 0x100;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int ADDRESS_BYTES = 16;

  private final int fd;
  private final Libc writer = new Libc();
  private final Libc reader = new Libc();
  private boolean closed;

  LinuxSocket(int fd) {
    this.fd = fd;
  }

  /** Connects, with Nagle's algorithm off; a read that waits for more than a minute fails. */
  public static LinuxSocket connect(InetSocketAddress address) throws IOException {
    LinuxSocket socket = open();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      socket.check(socket.writer.setOption(socket.fd, IPPROTO_TCP, TCP_NODELAY, on), "setsockopt");
      MemorySegment timeout = arena.allocateFrom(ValueLayout.JAVA_LONG, TIMEOUT_SECONDS, 0);
      socket.check(
          socket.writer.setOption(socket.fd, SOL_SOCKET, SO_RCVTIMEO, timeout), "setsockopt");
      socket.check(socket.writer.connect(socket.fd, encode(address, arena)), "connect");
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Listens; connections wait for {@link #accept}. */
  public static LinuxSocket listen(InetSocketAddress address, int backlog) throws IOException {
    LinuxSocket socket = open();
    try (Arena arena = Arena.ofConfined()) {
      socket.check(socket.writer.bind(socket.fd, encode(address, arena)), "bind");
      socket.check(socket.writer.listen(socket.fd, backlog), "listen");
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static LinuxSocket open() throws IOException {
    Libc libc = new Libc();
    int fd = libc.socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) {
      throw libc.failed("socket");
    }
    return new LinuxSocket(fd);
  }

  private static MemorySegment encode(InetSocketAddress address, Arena arena) {
    MemorySegment encoded = arena.allocate(ADDRESS_BYTES);
    ByteBuffer bytes = encoded.asByteBuffer().order(ByteOrder.nativeOrder());
    bytes.putShort((short) AF_INET);
    bytes.order(ByteOrder.BIG_ENDIAN).putShort((short) address.getPort());
    bytes.put(address.getAddress().getAddress());
    return encoded;
  }

  /** Waits for the next connection. */
  public LinuxSocket accept() throws IOException {
    int accepted = reader.accept(fd);
    if (accepted < 0) {
      throw reader.failed("accept");
    }
    return new LinuxSocket(accepted);
  }

  /** Writes all that remains of a direct buffer. */
  public void write(ByteBuffer bytes) throws IOException {
    MemorySegment rest = MemorySegment.ofBuffer(bytes);
    while (rest.byteSize() > 0) {
      long sent = writer.send(fd, rest, MSG_NOSIGNAL);
      if (sent < 0 && writer.errno() != Libc.EINTR) {
        throw writer.failed("send");
      }
      rest = rest.asSlice(Math.max(0, sent));
    }
  }

  /** Fills a direct buffer up to its limit. */
  public void readFully(ByteBuffer into) throws IOException {
    MemorySegment rest = MemorySegment.ofBuffer(into);
    while (rest.byteSize() > 0) {
      rest = rest.asSlice(receive(rest, rest.byteSize(), MSG_WAITALL));
    }
    into.position(into.limit());
  }

  /** Waits for so many bytes and throws them away. */
  public void discard(long bytes) throws IOException {
    long left = bytes;
    while (left > 0) {
      left -= receive(MemorySegment.NULL, left, MSG_TRUNC | MSG_WAITALL);
    }
  }

  private long receive(MemorySegment into, long length, int flags) throws IOException {
    long received = reader.receive(fd, into, length, flags);
    if (received == 0) {
      throw new EOFException("the other side closed the connection");
    }
    if (received < 0 && reader.errno() != Libc.EINTR) {
      throw reader.failed("recv");
    }
    return Math.max(0, received);
  }

  /**
   * Sends a part of a file straight from the page cache; tells how much it was, 0 at its end.
   *
   * @throws IOException also when the other side has gone
   */
  public long sendFile(LinuxFile file, long offset, long count) throws IOException {
    long sent = writer.sendFile(fd, file.fd(), file.offset(offset), count);
    if (sent < 0) {
      throw writer.failed("sendfile");
    }
    return sent;
  }

  private void check(int result, String what) throws IOException {
    if (result < 0) {
      throw writer.failed(what);
    }
  }

  /** Also ends a call that another thread waits in. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      writer.shutdown(fd, SHUT_RDWR);
      writer.close(fd);
    }
  }
}
