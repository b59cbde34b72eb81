package dev.millrace.broker.server;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

/**
 * A process set up as the broker's is whose event loop runs a task that fails for want of direct
 * memory. Netty catches that, logs it and goes on.
 */
final class SwallowedErrors {
  private SwallowedErrors() {}

  public static void main(String[] arguments) {
    var unused = BrokerMain.watched(System.getenv());
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    loops.execute(
        () -> {
          throw new OutOfMemoryError("Cannot reserve 1 bytes of direct buffer memory");
        });
  }
}
