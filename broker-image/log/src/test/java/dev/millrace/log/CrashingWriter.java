package dev.millrace.log;

import java.nio.file.Path;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;

/** A process that appends, and prints the offset of what was acknowledged, until it is killed. */
final class CrashingWriter {
  private CrashingWriter() {}

  /** The value that a record at an offset has. */
  static String value(long offset) {
    return offset + ":" + "x".repeat((int) (offset * 7919 % 3000));
  }

  /** Takes the log directory. */
  public static void main(String[] arguments) {
    KafkaScheduler scheduler = new KafkaScheduler(2);
    scheduler.startup();
    LogConfig config =
        LogFixture.config("segment.bytes", "1048576", "index.interval.bytes", "1024");
    LogManager manager =
        LogManager.open(
            LogManagerOptions.of(Path.of(arguments[0]), topic -> config, Time.SYSTEM, scheduler));
    manager.load();
    Log log = manager.getOrCreate(LogFixture.PARTITION, LogFixture.TOPIC_ID, config);
    while (true) {
      long next = log.logEndOffset();
      log.appendAsLeader(
          TestBatches.of(System.currentTimeMillis(), value(next), value(next + 1)),
          0,
          AppendOrigin.CLIENT);
      if (next % 2000 == 0) {
        manager.checkpointOffsets();
      }
      System.out.println(next + 1);
    }
  }
}
