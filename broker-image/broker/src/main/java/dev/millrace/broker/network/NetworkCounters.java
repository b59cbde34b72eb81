package dev.millrace.broker.network;

import java.util.concurrent.atomic.LongAdder;

/** What went over the network since the start. Thread-safe; reading is not a snapshot. */
public final class NetworkCounters {
  private final LongAdder connectionsOpened = new LongAdder();
  private final LongAdder connectionsClosed = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder bytesSentFromMemory = new LongAdder();
  private final LongAdder bytesSentFromFile = new LongAdder();

  void connectionOpened() {
    connectionsOpened.increment();
  }

  void connectionClosed() {
    connectionsClosed.increment();
  }

  void request(int frameBytes) {
    requests.increment();
    bytesReceived.add(frameBytes);
  }

  void sentFromMemory(long bytes) {
    bytesSentFromMemory.add(bytes);
  }

  void sentFromFile(long bytes) {
    bytesSentFromFile.add(bytes);
  }

  /** Connections open now. */
  public long connections() {
    return connectionsOpened.sum() - connectionsClosed.sum();
  }

  /** Connections ever opened. */
  public long connectionsOpened() {
    return connectionsOpened.sum();
  }

  /** Requests whose frame was read whole. */
  public long requests() {
    return requests.sum();
  }

  /** Bytes of requests, without their length fields. */
  public long bytesReceived() {
    return bytesReceived.sum();
  }

  /** Bytes of responses that were written out of memory, which over TLS are all. */
  public long bytesSentFromMemory() {
    return bytesSentFromMemory.sum();
  }

  /** Bytes of responses that the kernel took from a file. */
  public long bytesSentFromFile() {
    return bytesSentFromFile.sum();
  }
}
