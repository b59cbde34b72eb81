package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.jspecify.annotations.Nullable;

/**
 * Checks the part of a segment that no checkpoint vouches for: keeps its longest valid prefix and
 * makes the index entries for it anew. Used by one thread while a log is opened.
 */
final class SegmentRecovery {
  private final int indexInterval;
  private final LeaderEpochFileCache epochs;
  private final RecoveryMeter meter;
  private @Nullable FileWalk walk;

  SegmentRecovery(int indexInterval, LeaderEpochFileCache epochs, RecoveryMeter meter) {
    this.indexInterval = indexInterval;
    this.epochs = epochs;
    this.meter = meter;
  }

  /**
   * What was found.
   *
   * @param nextOffset after the last good batch
   * @param cut whether bytes were removed
   */
  record Outcome(long nextOffset, boolean cut) {}

  /**
   * Where in a segment checking starts that vouched offsets end in: bytes before it aren't read.
   */
  static int startPosition(Segment segment, long recoveryPoint) throws IOException {
    int entries = trustedOffsetEntries(segment, recoveryPoint);
    return entries == 0 ? 0 : (int) segment.offsets().value(entries - 1);
  }

  Outcome recover(Segment segment, long recoveryPoint) throws IOException {
    int offsetEntries = trustedOffsetEntries(segment, recoveryPoint);
    int timeEntries = trustedTimeEntries(segment, recoveryPoint);
    if (offsetEntries > 0) {
      int from = (int) segment.offsets().value(offsetEntries - 1);
      long lastOffset = segment.offsets().key(offsetEntries - 1);
      FileWalk first = walk(segment, from);
      boolean indexIsRight =
          first.advance() && BatchHeader.lastOffset(first.buffer(), first.at()) == lastOffset;
      if (indexIsRight) {
        segment.resetIndexes(offsetEntries, timeEntries);
        return check(segment, from);
      }
    }
    segment.resetIndexes(0, 0);
    return check(segment, 0);
  }

  private Outcome check(Segment segment, int from) throws IOException {
    FileWalk good = walk(segment, from);
    long next = segment.baseOffset();
    int end = from;
    while (good.advance() && inSequence(good, segment, next)) {
      ByteBuffer buffer = good.buffer();
      int at = good.at();
      next = BatchHeader.lastOffset(buffer, at) + 1;
      segment.note(buffer, at, (int) good.position(), indexInterval);
      noteEpoch(BatchHeader.leaderEpoch(buffer, at), BatchHeader.baseOffset(buffer, at));
      meter.checked(good.end() - end);
      end = (int) good.end();
    }
    boolean cut = end < segment.size();
    meter.checked(segment.size() - end);
    segment.recoveredTo(end);
    return new Outcome(next, cut);
  }

  private static boolean inSequence(FileWalk walk, Segment segment, long next) {
    long base = BatchHeader.baseOffset(walk.buffer(), walk.at());
    long last = BatchHeader.lastOffset(walk.buffer(), walk.at());
    return base >= next && last >= base && segment.reaches(last);
  }

  private void noteEpoch(int epoch, long offset) {
    OptionalInt latest = epochs.latestEpoch().map(OptionalInt::of).orElse(OptionalInt.empty());
    if (epoch >= 0 && (latest.isEmpty() || latest.getAsInt() < epoch)) {
      epochs.assign(epoch, offset);
    }
  }

  private FileWalk walk(Segment segment, int from) throws IOException {
    FileWalk reused = walk;
    if (reused == null) {
      reused = new FileWalk(segment.file().channel(), from, segment.size());
      walk = reused;
    } else {
      reused.restart(segment.file().channel(), from, segment.size());
    }
    return reused;
  }

  /**
   * Entries from the front that rise, lie in the file and are below the recovery point (Kafka
   * leaves zeros behind the last).
   */
  private static int trustedOffsetEntries(Segment segment, long recoveryPoint) throws IOException {
    long base = segment.baseOffset();
    return segment
        .offsets()
        .countWhile(
            (key, value, lastKey, lastValue) ->
                key > Math.max(lastKey, base - 1)
                    && key < recoveryPoint
                    && value > Math.max(lastValue, -1)
                    && value < segment.size());
  }

  private static int trustedTimeEntries(Segment segment, long recoveryPoint) throws IOException {
    long base = segment.baseOffset();
    return segment
        .times()
        .countWhile(
            (key, value, lastKey, lastValue) ->
                key > Math.max(lastKey, -1)
                    && value > Math.max(lastValue, base - 1)
                    && value < recoveryPoint);
  }
}
