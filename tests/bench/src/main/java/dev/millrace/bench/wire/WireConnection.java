package dev.millrace.bench.wire;

import dev.millrace.bench.linux.LinuxSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/**
 * A blocking connection to one broker that keeps requests in flight in order. The body of a
 * response is valid until the next one is read. Used by one thread, or by one that sends and one
 * that receives.
 */
public final class WireConnection implements AutoCloseable {
  private static final int LENGTH_BYTES = 4;
  private static final int FIRST_BUFFER_BYTES = 64 * 1024;
  private static final int MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

  private final LinuxSocket socket;
  private final ByteBuffer length = ByteBuffer.allocateDirect(LENGTH_BYTES);
  private ByteBuffer body = ByteBuffer.allocateDirect(FIRST_BUFFER_BYTES);
  private int sent;
  private int received;

  private WireConnection(LinuxSocket socket) {
    this.socket = socket;
  }

  /** Connects to {@code host:port}. */
  public static WireConnection to(String bootstrap) throws IOException {
    return new WireConnection(LinuxSocket.connect(address(bootstrap)));
  }

  static InetSocketAddress address(String bootstrap) {
    int colon = bootstrap.lastIndexOf(':');
    return new InetSocketAddress(
        bootstrap.substring(0, colon), Integer.parseInt(bootstrap.substring(colon + 1)));
  }

  /** The newest version of {@code key} that both ends speak. */
  public short newestVersion(ApiKeys key) throws IOException {
    short asked = 0;
    send(Frame.of(ApiKeys.API_VERSIONS, asked, new ApiVersionsRequestData()));
    ApiVersionsResponseData versions =
        new ApiVersionsResponseData(receive(ApiKeys.API_VERSIONS, asked), asked);
    ApiVersionsResponseData.ApiVersion theirs = versions.apiKeys().find(key.id);
    if (versions.errorCode() != Errors.NONE.code()
        || theirs == null
        || theirs.maxVersion() < key.oldestVersion()) {
      throw new IOException("the broker does not speak " + key + " with us: " + theirs);
    }
    return (short) Math.min(key.latestVersion(), theirs.maxVersion());
  }

  /** Sends one request and waits for its answer; nothing else may be in flight. */
  public ByteBufferAccessor call(ApiKeys key, short version, ApiMessage request)
      throws IOException {
    if (inFlight() != 0) {
      throw new IllegalStateException(inFlight() + " requests are in flight");
    }
    send(Frame.of(key, version, request));
    return receive(key, version);
  }

  int inFlight() {
    return sent - received;
  }

  void send(Frame frame) throws IOException {
    socket.write(frame.toSend(sent++));
  }

  /**
   * Waits for the answer to the oldest request in flight; what is returned stands behind its
   * header.
   */
  ByteBufferAccessor receive(ApiKeys key, short version) throws IOException {
    int size = receiveSize();
    if (body.capacity() < size) {
      body = ByteBuffer.allocateDirect(size);
    }
    socket.readFully(body.clear().limit(size));
    ByteBufferAccessor in = new ByteBufferAccessor(body.flip());
    expect(new ResponseHeaderData(in, key.responseHeaderVersion(version)).correlationId());
    return in;
  }

  /**
   * As {@link #receive}, but only the first {@code head} bytes are taken out of the kernel, from
   * the header on; the rest is thrown away.
   */
  ByteBuffer receiveHead(int head) throws IOException {
    int size = receiveSize();
    int taken = Math.min(Math.min(size, head), body.capacity());
    socket.readFully(body.clear().limit(taken));
    socket.discard(size - taken);
    expect(body.flip().getInt(0));
    return body;
  }

  private int receiveSize() throws IOException {
    socket.readFully(length.clear());
    int size = length.getInt(0);
    if (size < LENGTH_BYTES || size > MAX_RESPONSE_BYTES) {
      throw new IOException("a response of " + size + " bytes");
    }
    return size;
  }

  private void expect(int correlationId) throws IOException {
    if (correlationId != received) {
      throw new IOException("an answer to request " + correlationId + ", not to " + received);
    }
    received++;
  }

  @Override
  public void close() {
    socket.close();
  }
}
