package dev.millrace.broker.controller.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts off what an interrupted append has left, and says so. */
final class TornTail {
  private static final Logger LOG = LoggerFactory.getLogger(TornTail.class);

  private TornTail() {}

  static void cut(FileChannel channel, long wholeBytes, Path file) throws IOException {
    long torn = channel.size() - wholeBytes;
    if (torn > 0) {
      LOG.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("bytes", torn)
          .log("Cutting off a torn append, which was never acknowledged");
      channel.truncate(wholeBytes);
      channel.force(true);
    }
    channel.position(wholeBytes);
  }
}
