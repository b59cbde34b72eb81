package dev.millrace.operator.crowd;

import dev.millrace.operator.resources.ClusterNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The health ports of a crowd of brokers, each at an address of its own in 127.0.0.0/8, all served
 * by one thread: what is measured beside it should have the machine. Speaks as much HTTP as a
 * question without a body needs. Thread-safe.
 */
final class PlayedAnswers implements AutoCloseable {
  private static final int REQUEST_BYTES = 2048;
  private static final int LAST_OCTETS = 250;
  private static final int TRIES = 20;

  private final Selector selector;
  private final Thread thread;
  private final AtomicLong answered = new AtomicLong();
  private final int network = ThreadLocalRandom.current().nextInt(20, 250);
  private int next;

  PlayedAnswers() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofPlatform().daemon().name("played-brokers").start(this::serve);
  }

  /**
   * Opens the port of one broker more.
   *
   * @param brokers of its cluster
   * @return its address
   */
  synchronized String open(int id, int brokers) {
    for (int i = 0; i < TRIES; i++) {
      var address = "127.%d.%d.%d".formatted(network, next / LAST_OCTETS, 1 + next % LAST_OCTETS);
      next++;
      try {
        var door = ServerSocketChannel.open();
        door.bind(new InetSocketAddress(address, ClusterNames.HEALTH_PORT));
        door.configureBlocking(false);
        door.register(selector, SelectionKey.OP_ACCEPT, new Broker(id, brokers));
        selector.wakeup();
        return address;
      } catch (BindException taken) {
        // Another test on this machine plays there.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException("No address is free in 127." + network);
  }

  /** Questions answered so far. */
  long answered() {
    return answered.get();
  }

  private void serve() {
    try {
      while (selector.isOpen()) {
        selector.select(this::serve);
      }
    } catch (IOException | java.nio.channels.ClosedSelectorException closed) {
      // It ends.
    }
  }

  private void serve(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        accept((ServerSocketChannel) key.channel(), (Broker) key.attachment());
      } else {
        read((SocketChannel) key.channel(), (Talk) key.attachment());
      }
    } catch (IOException gone) {
      try {
        key.channel().close();
      } catch (IOException ignored) {
        key.cancel();
      }
    }
  }

  private void accept(ServerSocketChannel door, Broker broker) throws IOException {
    var channel = door.accept();
    if (channel != null) {
      channel.configureBlocking(false);
      channel.register(
          selector, SelectionKey.OP_READ, new Talk(broker, ByteBuffer.allocate(REQUEST_BYTES)));
    }
  }

  private void read(SocketChannel channel, Talk talk) throws IOException {
    if (channel.read(talk.request) < 0) {
      channel.close();
      return;
    }
    for (int end = talk.end(); end > 0; end = talk.end()) {
      var line = new String(talk.request.array(), 0, end, StandardCharsets.ISO_8859_1);
      talk.drop(end);
      var body = talk.broker.answer(line.split(" ", 3)[1], answered.incrementAndGet());
      var head =
          "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
              .formatted(body.isEmpty() ? "404 Not Found" : "200 OK", body.length());
      var bytes = ByteBuffer.wrap((head + body).getBytes(StandardCharsets.ISO_8859_1));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  @Override
  public void close() {
    try {
      for (var key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread.interrupt();
  }

  /** One connection and what has come in on it. */
  private record Talk(Broker broker, ByteBuffer request) {
    /** Where the first request ends; 0 where it has not yet. */
    int end() {
      var bytes = request.array();
      for (int i = 3; i < request.position(); i++) {
        if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
          return i + 1;
        }
      }
      if (!request.hasRemaining()) {
        throw new IllegalStateException("A request of more than " + REQUEST_BYTES + " bytes");
      }
      return 0;
    }

    void drop(int bytes) {
      request.flip().position(bytes);
      request.compact();
    }
  }

  /** What one broker says; what moves in a cluster at work moves from one answer to the next. */
  private record Broker(int id, int brokers) {
    String answer(String path, long moving) {
      return switch (path) {
        case "/v1/broker" -> self(moving);
        case "/v1/cluster" -> cluster(moving);
        default -> "";
      };
    }

    private String self(long moving) {
      long tenth = moving * 7 % 10;
      return """
          {"nodeId":%d,"state":"Running","recoveryPercent":100,"version":"0.1.0","clusterId":"AAAAAAAAAAAAAAAAAAAAAA",\
          "rack":null,"controller":%b,"leaders":12,"replicas":36,"bytes":%d,"metadataOffset":%d,"trouble":null,\
          "memory":{"heapUsed":%d,"heapMax":67108864,"direct":4194304,"limit":536870912,"usage":530000000,\
          "anon":120000000,"file":400000000,"activeFile":200000000,"inactiveFile":200000000,"mappedFile":30000000,\
          "dirty":1000000,"writeback":0,"refaults":12,"limitHits":3,"ooms":0,"oomKills":0},\
          "cache":{"appendedBytes":%d,"warmBytes":%d,"coldBytes":1000,"droppedBytes":0,"slowestReaderMillis":%d,\
          "coldReaders":%d,"ingestRate":%d,"hitRatio":0.99%d,"coldRate":%d,"refaultRate":0.%d,"capacity":%d,\
          "hotWindowSeconds":%d}}"""
          .formatted(
              id,
              id == 0,
              1_234_000_000L + moving,
              moving,
              20_000_000 + moving,
              1_000_000 * moving,
              1_000_000 * moving,
              40 * tenth,
              tenth % 2,
              1_000_000 + 20_000 * tenth,
              tenth,
              1_000 * tenth,
              tenth,
              340_000_000 - 100_000 * tenth,
              340 - 6 * tenth);
    }

    private String cluster(long moving) {
      var members = new StringBuilder();
      for (int member = 0; member < brokers; member++) {
        members
            .append(member == 0 ? "" : ",")
            .append("{\"id\":")
            .append(member)
            .append(
                ",\"fenced\":false,\"replicas\":36,\"leaders\":12,\"rack\":null,\"unspared\":0,")
            .append("\"unsparedExample\":null,\"cordoned\":false,\"neighbours\":\"")
            .append(Integer.toHexString((1 << brokers) - 1))
            .append("\"}");
      }
      return """
          {"controllerId":0,"metadataOffset":%d,"partitions":{"total":36,"healthy":36,"underReplicated":0,\
          "underMinIsr":0,"leaderless":0,"reassigning":0,"worst":[]},"brokers":[%s]}"""
          .formatted(moving, members);
    }
  }
}
