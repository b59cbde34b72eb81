package dev.millrace.broker.replica;

import dev.millrace.log.LogSlice;
import dev.millrace.log.ReadResult;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;

/** A coordinator's door to the partitions hosted here. Thread-safe. */
public final class LocalCoordinatorLogs implements CoordinatorLogs {
  private final HostedPartitions partitions;

  public LocalCoordinatorLogs(HostedPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public void addLeadershipListener(LeadershipListener listener) {
    partitions.addLeadershipListener(listener);
  }

  @Override
  public OptionalInt leaderEpoch(TopicPartition partition) {
    return partitions.leaderEpoch(partition);
  }

  @Override
  public long appendAsLeader(TopicPartition partition, MemoryRecords records, int leaderEpoch) {
    // A coordinator's records are acknowledged when the high watermark has passed them, so they ask
    // for the replicas that acks=all asks for.
    return partitions
        .get(partition)
        .appendAsLeader(
            records.buffer(), AppendOrigin.COORDINATOR, OptionalInt.of(leaderEpoch), true)
        .requiredHighWatermark();
  }

  @Override
  public void addHighWatermarkListener(TopicPartition partition, HighWatermarkListener listener) {
    partitions.get(partition).addListener(listener);
  }

  @Override
  public void removeHighWatermarkListener(
      TopicPartition partition, HighWatermarkListener listener) {
    partitions.find(partition).ifPresent(hosted -> hosted.removeListener(listener));
  }

  @Override
  public long highWatermark(TopicPartition partition) {
    return led(partition).highWatermark();
  }

  @Override
  public long logStartOffset(TopicPartition partition) {
    return led(partition).log().logStartOffset();
  }

  @Override
  public long logEndOffset(TopicPartition partition) {
    return led(partition).log().logEndOffset();
  }

  @Override
  public LogConfig config(TopicPartition partition) {
    return led(partition).log().config();
  }

  @Override
  public MemoryRecords read(TopicPartition partition, long offset, int maxBytes) {
    ReadResult found = led(partition).log().read(offset, maxBytes, Long.MAX_VALUE, true);
    try {
      return MemoryRecords.readableRecords(copy(found.slice()));
    } catch (IOException e) {
      throw new KafkaStorageException("cannot read " + partition, e);
    } finally {
      found.release();
    }
  }

  private static ByteBuffer copy(LogSlice slice) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(slice.length());
    while (bytes.hasRemaining()) {
      if (slice.channel().read(bytes, slice.position() + bytes.position()) < 0) {
        throw new EOFException("the segment ends within the slice");
      }
    }
    return bytes.flip();
  }

  private Partition led(TopicPartition id) {
    Partition partition = partitions.get(id);
    partition.requireLeader(OptionalInt.empty());
    return partition;
  }
}
