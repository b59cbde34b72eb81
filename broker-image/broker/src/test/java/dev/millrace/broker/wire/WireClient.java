package dev.millrace.broker.wire;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.jspecify.annotations.Nullable;

/** Speaks the protocol byte by byte over a blocking socket: what no well-behaved client does. */
public final class WireClient implements AutoCloseable {
  private static final int READ_TIMEOUT_MS = 180_000;

  /** A response's correlation id and the rest of its frame. */
  public record Answer(int correlationId, ByteBuffer frame) {}

  private final Socket socket = new Socket();
  private final DataOutputStream out;
  private final DataInputStream in;

  public WireClient(int port) throws IOException {
    this(port, 1 << 16);
  }

  public WireClient(int port, int receiveBuffer) throws IOException {
    this(port, receiveBuffer, null);
  }

  /**
   * @param tls what to speak TLS with, or null for plain text
   */
  public WireClient(int port, int receiveBuffer, @Nullable SSLContext tls) throws IOException {
    socket.setReceiveBufferSize(receiveBuffer);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(READ_TIMEOUT_MS);
    Socket top =
        tls == null ? socket : tls.getSocketFactory().createSocket(socket, "127.0.0.1", port, true);
    out = new DataOutputStream(top.getOutputStream());
    in = new DataInputStream(top.getInputStream());
  }

  public void send(int correlationId, ApiMessage request, short version) throws IOException {
    ApiKeys key = ApiKeys.forId(request.apiKey());
    ByteBuffer body = MessageUtil.toByteBufferAccessor(request, version).buffer();
    send(header(key, version, correlationId), key.requestHeaderVersion(version), body);
  }

  public static RequestHeaderData header(ApiKeys key, short version, int correlationId) {
    return new RequestHeaderData()
        .setRequestApiKey(key.id)
        .setRequestApiVersion(version)
        .setCorrelationId(correlationId)
        .setClientId("wire");
  }

  public void send(RequestHeaderData header, short headerVersion, ByteBuffer body)
      throws IOException {
    ByteBuffer head = MessageUtil.toByteBufferAccessor(header, headerVersion).buffer();
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + head.remaining() + body.remaining());
    frame.putInt(head.remaining() + body.remaining()).put(head).put(body);
    sendBytes(frame.array());
  }

  public void sendBytes(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** The next response. */
  public Answer receive() throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    return new Answer(bytes.getInt(), bytes);
  }

  /** Reads a response that is expected next into an empty message. */
  public <T extends ApiMessage> T receive(T response, short version) throws IOException {
    Answer answer = receive();
    short headerVersion = ApiKeys.forId(response.apiKey()).responseHeaderVersion(version);
    ByteBufferAccessor bytes = new ByteBufferAccessor(answer.frame().rewind());
    ResponseHeaderData header = new ResponseHeaderData(bytes, headerVersion);
    if (header.correlationId() != answer.correlationId()) {
      throw new IOException("correlation id changed while reading it");
    }
    response.read(bytes, version);
    return response;
  }

  public <T extends ApiMessage> T ask(ApiMessage request, T response, short version)
      throws IOException {
    send(0, request, version);
    return receive(response, version);
  }

  /** Whether some of a response is there; does not wait. */
  public boolean hasAnswer() throws IOException {
    return in.available() > 0;
  }

  /** Whether the server has closed the connection; waits for it. */
  public boolean isClosedByServer() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException | SSLException e) {
      return true;
    }
  }

  /** Closes with a reset, so that the server learns of it in the midst of its writing. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
