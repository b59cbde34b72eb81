package dev.millrace.bench.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/**
 * A blocking connection to one broker that keeps requests in flight in order. The body of a
 * response is valid until the next one is read. Used by one thread.
 */
public final class WireConnection implements AutoCloseable {
  private static final int LENGTH_BYTES = 4;
  private static final int FIRST_BUFFER_BYTES = 64 * 1024;
  private static final int MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

  private final SocketChannel channel;
  private final ByteBuffer length = ByteBuffer.allocateDirect(LENGTH_BYTES);
  private ByteBuffer body = ByteBuffer.allocateDirect(FIRST_BUFFER_BYTES);
  private int sent;
  private int received;

  private WireConnection(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects to {@code host:port}. */
  public static WireConnection to(String bootstrap) throws IOException {
    int colon = bootstrap.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            bootstrap.substring(0, colon), Integer.parseInt(bootstrap.substring(colon + 1)));
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(address);
      return new WireConnection(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
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
    ByteBuffer bytes = frame.toSend(sent++);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Waits for the answer to the oldest request in flight; what is returned stands behind its
   * header.
   */
  ByteBufferAccessor receive(ApiKeys key, short version) throws IOException {
    readFully(length.clear());
    int size = length.getInt(0);
    if (size < LENGTH_BYTES || size > MAX_RESPONSE_BYTES) {
      throw new IOException("a response of " + size + " bytes");
    }
    if (body.capacity() < size) {
      body = ByteBuffer.allocateDirect(size);
    }
    readFully(body.clear().limit(size));
    ByteBufferAccessor in = new ByteBufferAccessor(body.flip());
    int correlationId =
        new ResponseHeaderData(in, key.responseHeaderVersion(version)).correlationId();
    if (correlationId != received) {
      throw new IOException("an answer to request " + correlationId + ", not to " + received);
    }
    received++;
    return in;
  }

  private void readFully(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException("the broker closed the connection");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
