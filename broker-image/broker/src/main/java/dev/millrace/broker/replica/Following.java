package dev.millrace.broker.replica;

import dev.millrace.log.EpochEndOffset;
import dev.millrace.log.Log;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The follower's half of a partition: does to its log what the leader's answers say.
 *
 * <p>Called by the partition's fetcher, one call at a time. Every change is made {@linkplain
 * Partition#whileFollowing while} the partition follows in the epoch that was asked in and its log
 * ends where it was asked from; an answer to anything else is without effect.
 */
final class Following {
  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  private final Partition partition;
  private final Log log;
  private final HighWatermark watermark;
  private final TenureListeners listeners;

  Following(Partition partition, HighWatermark watermark, TenureListeners listeners) {
    this.partition = partition;
    this.log = partition.log();
    this.watermark = watermark;
    this.listeners = listeners;
  }

  /**
   * Takes what the leader sent for a position.
   *
   * @param batches as the leader has them; read, not kept
   * @param leaderHighWatermark as of the leader's answer
   * @param leaderLogStart likewise
   */
  void append(
      FollowPosition position, ByteBuffer batches, long leaderHighWatermark, long leaderLogStart) {
    long before = watermark.value();
    partition.whileFollowing(
        position,
        () -> {
          if (batches.hasRemaining()) {
            startWith(batches.getLong(batches.position()), leaderLogStart);
            log.appendAsFollower(batches, position.leaderEpoch());
          }
          followWatermark(leaderHighWatermark);
          long start = Math.min(leaderLogStart, watermark.value());
          if (start > log.logStartOffset()) {
            log.deleteRecords(start);
          }
        });
    long after = watermark.value();
    if (after > before) {
      listeners.advanced(after);
    }
  }

  private void followWatermark(long leaders) {
    watermark.raise(Math.min(leaders, log.logEndOffset()));
  }

  /**
   * The leader's log may start in the middle of a batch, which comes whole. What is here then, if
   * anything, is below that start.
   */
  private void startWith(long firstOffset, long leaderLogStart) {
    if (firstOffset < log.logEndOffset() && leaderLogStart >= log.logEndOffset()) {
      log.truncateFullyAndStartAt(firstOffset);
      watermark.keepWithinLog();
    }
  }

  /**
   * Removes what the leader does not have (KIP-101, KIP-279): everything from where the two logs
   * part. After it, or after another round of it, the next fetch continues from there.
   *
   * @param diverging the largest epoch of the leader's log that is not above this log's last one,
   *     and where it ends there
   * @param leaderHighWatermark as of the leader's answer, which won't tell it again unless it moves
   */
  void truncate(FollowPosition position, EpochEndOffset diverging, long leaderHighWatermark) {
    partition.whileFollowing(
        position,
        () -> {
          EpochEndOffset own = log.endOffsetForEpoch(diverging.leaderEpoch()).orElse(diverging);
          takeBackTo(Math.min(own.endOffset(), diverging.endOffset()));
          if (own.leaderEpoch() == diverging.leaderEpoch()) {
            // What is left now is the beginning of the leader's log.
            followWatermark(leaderHighWatermark);
          }
        });
  }

  /**
   * Gives up what is here for a leader whose log has moved on so far that it cannot tell where the
   * two part: its records start at an offset at or above this log's end, or below an epoch that it
   * no longer knows.
   */
  void restartAt(FollowPosition position, long leaderLogStart) {
    partition.whileFollowing(
        position,
        () -> {
          LOG.atWarn()
              .addKeyValue("partition", partition.id())
              .addKeyValue("logEndOffset", log.logEndOffset())
              .addKeyValue("leaderLogStart", leaderLogStart)
              .log("Starting again where the leader's log starts");
          if (leaderLogStart >= log.logEndOffset()) {
            log.truncateFullyAndStartAt(leaderLogStart);
            watermark.keepWithinLog();
          } else {
            takeBackTo(leaderLogStart);
          }
        });
  }

  private void takeBackTo(long offset) {
    if (offset < watermark.value()) {
      // Not a fault by itself: an unclean leader election was asked for, or the leader's disk was
      // replaced. But somebody should know.
      LOG.atWarn()
          .addKeyValue("partition", partition.id())
          .addKeyValue("highWatermark", watermark.value())
          .addKeyValue("offset", offset)
          .log("Truncating below the high watermark, as the leader has it");
    }
    log.truncateTo(offset);
    watermark.keepWithinLog();
  }
}
