package dev.millrace.broker.network;

import java.time.Duration;

/**
 * The limits of the network. What a connection may hold of this broker's memory follows from them.
 *
 * @param maxRequestBytes {@code socket.request.max.bytes}: a longer frame closes its connection
 * @param maxRequestsPerConnection unanswered requests after which a connection is not read on
 * @param maxBytesPerConnection bytes of unanswered requests after which a connection is not read
 *     on; one request is always taken, however large
 * @param maxBytesTotal {@code queued.max.request.bytes}: bytes of unanswered requests of all
 *     connections; who would exceed it waits, unread, for its turn
 * @param writeHighWatermark unsent response bytes of a connection, file regions included, above
 *     which neither its requests are read nor its next answers written; taken up again below half
 * @param maxIdle {@code connections.max.idle.ms}
 * @param maxFrameTime how long the rest of a begun request may take; then the connection is closed,
 *     for it holds memory that others wait for
 * @param backlog {@code socket.listen.backlog.size}
 * @param sendBuffer {@code socket.send.buffer.bytes}; -1 leaves it to the kernel. That would let it
 *     grow to megabytes, which over a short way cost more than they give: what is sent has left the
 *     processor's cache before it is received. Over a long way one connection moves at most twice
 *     this in a round trip
 * @param receiveBuffer {@code socket.receive.buffer.bytes}; -1 leaves it to the kernel
 */
public record NetworkConfig(
    int maxRequestBytes,
    int maxRequestsPerConnection,
    int maxBytesPerConnection,
    long maxBytesTotal,
    int writeHighWatermark,
    Duration maxIdle,
    Duration maxFrameTime,
    int backlog,
    int sendBuffer,
    int receiveBuffer) {
  /** Leaves the size of a buffer to the kernel. */
  public static final int KERNELS_CHOICE = -1;

  public NetworkConfig {
    positive("maxRequestBytes", maxRequestBytes);
    positive("maxRequestsPerConnection", maxRequestsPerConnection);
    positive("maxBytesPerConnection", maxBytesPerConnection);
    positive("maxBytesTotal", maxBytesTotal);
    positive("writeHighWatermark", writeHighWatermark);
    positive("maxIdle", maxIdle.toMillis());
    positive("maxFrameTime", maxFrameTime.toMillis());
    positive("backlog", backlog);
    buffer("sendBuffer", sendBuffer);
    buffer("receiveBuffer", receiveBuffer);
    if (maxBytesTotal < maxRequestBytes) {
      throw new IllegalArgumentException(
          "maxBytesTotal %d is below maxRequestBytes %d: such a request would wait for ever"
              .formatted(maxBytesTotal, maxRequestBytes));
    }
  }

  /**
   * Kafka's defaults where it has them, within what direct memory there is.
   *
   * @param directMemory bytes that requests in flight may take in all
   */
  public static NetworkConfig defaults(long directMemory) {
    return new NetworkConfig(
        (int) Math.min(100L << 20, directMemory),
        64,
        4 << 20,
        directMemory,
        1 << 20,
        Duration.ofMinutes(10),
        Duration.ofSeconds(30),
        50,
        100 << 10,
        KERNELS_CHOICE);
  }

  private static void buffer(String name, int bytes) {
    if (bytes != KERNELS_CHOICE) {
      positive(name, bytes);
    }
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be above 0, but is " + value);
    }
  }
}
