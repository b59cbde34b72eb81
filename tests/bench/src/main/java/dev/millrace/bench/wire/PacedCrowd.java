package dev.millrace.bench.wire;

import dev.millrace.bench.linux.ThisThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Many connections that send small batches in turn at given times, and do not wait for answers to
 * do so. A request's number is its correlation id. One thread sends and one receives.
 */
public final class PacedCrowd implements AutoCloseable {
  private static final int ANSWER_BYTES = 4096;
  private static final short HEADER_VERSION = 1;

  private final Selector selector;
  private final List<SocketChannel> channels = new ArrayList<>();
  private final List<ProduceRequest> requests = new ArrayList<>();

  private PacedCrowd(Selector selector) {
    this.selector = selector;
  }

  /** Connects so many times; connections take the topic's partitions in turn. */
  public static PacedCrowd open(
      String bootstrap, String topic, Uuid topicId, int partitions, int size, RecordBatch batch)
      throws IOException {
    PacedCrowd crowd = new PacedCrowd(Selector.open());
    try {
      short version;
      try (WireConnection asking = WireConnection.to(bootstrap)) {
        version = asking.newestVersion(ApiKeys.PRODUCE);
      }
      for (int partition = 0; partition < partitions; partition++) {
        crowd.requests.add(new ProduceRequest(version, topic, topicId, partition, batch));
      }
      InetSocketAddress address = WireConnection.address(bootstrap);
      for (int i = 0; i < size; i++) {
        crowd.connect(address);
      }
      return crowd;
    } catch (IOException e) {
      crowd.close();
      throw e;
    }
  }

  private void connect(InetSocketAddress address) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    channels.add(channel);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(ANSWER_BYTES));
  }

  /** Sends so many when they are due. */
  public void send(Pacer pacer, int count) throws IOException {
    ThisThread.wakeOnTime();
    for (int number = 0; number < count; number++) {
      pacer.await(number);
      SocketChannel channel = channels.get(number % channels.size());
      ByteBuffer frame = requests.get(number % requests.size()).frame().toSend(number);
      while (frame.hasRemaining()) {
        // Small against the socket's buffer: it waits only for a broker that is far behind.
        channel.write(frame);
      }
    }
  }

  /** Waits for as many answers. */
  public void receive(Pacer pacer, int count, Latencies to) throws IOException {
    try {
      while (to.count() < count) {
        selector.select();
        long now = System.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
          read((SocketChannel) key.channel(), (ByteBuffer) key.attachment(), pacer, now, to);
        }
        selector.selectedKeys().clear();
      }
    } catch (ClosedSelectorException e) {
      throw new IOException("closed while answers were waited for", e);
    }
  }

  private void read(SocketChannel channel, ByteBuffer buffer, Pacer pacer, long now, Latencies to)
      throws IOException {
    if (channel.read(buffer) < 0) {
      throw new IOException("the broker closed a connection");
    }
    buffer.flip();
    while (buffer.remaining() >= Integer.BYTES
        && buffer.remaining() >= Integer.BYTES + buffer.getInt(buffer.position())) {
      int end = buffer.getInt() + buffer.position();
      ByteBufferAccessor in = new ByteBufferAccessor(buffer.duplicate().limit(end));
      int number = new ResponseHeaderData(in, HEADER_VERSION).correlationId();
      requests.getFirst().accepted(in);
      to.add(pacer.lateness(number, now));
      buffer.position(end);
    }
    buffer.compact();
  }

  /** Also ends the other thread's waiting. */
  @Override
  public void close() {
    try {
      selector.close();
      for (SocketChannel channel : channels) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing is lost: what was measured is measured.
    }
  }
}
