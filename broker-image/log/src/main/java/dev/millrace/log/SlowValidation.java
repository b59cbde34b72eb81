package dev.millrace.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.PrimitiveRef;
import org.apache.kafka.server.record.BrokerCompressionType;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;

/**
 * Kafka's own validator, batch by batch: makes objects of records, decompresses (within the topic's
 * limit) and recompresses. For what {@link LeaderValidation} can't decide by looking at bytes.
 * Thread-safe.
 */
final class SlowValidation {
  private static final LogValidator.MetricsRecorder NO_METRICS = new NoMetrics();

  private final TopicPartition partition;
  private final Time time;

  SlowValidation(TopicPartition partition, Time time) {
    this.partition = partition;
    this.time = time;
  }

  /** Takes a buffer of whole batches from 0 to the limit with right checksums. */
  ValidBatches validate(ByteBuffer buffer, AppendOrigin origin, LogConfig config) {
    ByteBuffer[] results = new ByteBuffer[BatchWalk.count(buffer)];
    long logAppendTime = ValidBatches.NO_TIME;
    int bytes = 0;
    int i = 0;
    for (int at = 0; at < buffer.limit(); i++) {
      int size = BatchHeader.size(buffer, at);
      LogValidator.ValidationResult result = validateOne(buffer.slice(at, size), origin, config);
      results[i] = result.validatedRecords().buffer();
      bytes += results[i].remaining();
      if (config.messageTimestampType == TimestampType.LOG_APPEND_TIME) {
        logAppendTime = result.logAppendTimeMs();
      }
      at += size;
    }
    ByteBuffer joined = results.length == 1 ? results[0].slice() : join(results, bytes);
    return new ValidBatches(joined, logAppendTime);
  }

  private static ByteBuffer join(ByteBuffer[] parts, int bytes) {
    ByteBuffer joined = ByteBuffer.allocate(bytes);
    for (ByteBuffer part : parts) {
      joined.put(part);
    }
    return joined.flip();
  }

  private LogValidator.ValidationResult validateOne(
      ByteBuffer batch, AppendOrigin origin, LogConfig config) {
    CompressionType source = BatchHeader.compression(batch, 0);
    Compression target = BrokerCompressionType.targetCompression(config.compression, source);
    LogValidator validator =
        new LogValidator(
            MemoryRecords.readableRecords(batch),
            partition,
            time,
            source,
            target,
            config.compact,
            RecordBatch.CURRENT_MAGIC_VALUE,
            config.messageTimestampType,
            config.messageTimestampBeforeMaxMs,
            config.messageTimestampAfterMaxMs,
            RecordBatch.NO_PARTITION_LEADER_EPOCH,
            origin,
            decompressionLimit(config));
    LogValidator.ValidationResult result;
    try (BufferSupplier buffers = BufferSupplier.create()) {
      result =
          validator.validateMessagesAndAssignOffsets(PrimitiveRef.ofLong(0), NO_METRICS, buffers);
    } catch (ApiException | RecordValidationException refused) {
      throw refused;
    } catch (RuntimeException malformed) {
      // A length that points nowhere surfaces as whatever exception the parser stumbled over.
      throw new InvalidRecordException(
          "Malformed records in the append to " + partition, malformed);
    }
    int size = result.validatedRecords().sizeInBytes();
    if (size > config.maxMessageSize()) {
      throw new RecordTooLargeException(
          "The record batch in the append to %s has %d bytes after conversion which exceeds the maximum of %d"
              .formatted(partition, size, config.maxMessageSize()));
    }
    return result;
  }

  /**
   * How far a batch may grow when it is unpacked: a batch of a few kilobytes can hold gigabytes.
   * The topic's limit, which Kafka leaves open by default, but no more than four batches of the
   * largest allowed size.
   */
  static int decompressionLimit(LogConfig config) {
    long fourBatches = 4L * config.maxMessageSize();
    return (int) Math.min(config.maxDecompressedMessageBytes(), fourBatches);
  }

  /** The validator wants meters; refusals are counted where requests are answered. */
  private static final class NoMetrics implements LogValidator.MetricsRecorder {
    @Override
    public void recordInvalidMagic() {}

    @Override
    public void recordInvalidOffset() {}

    @Override
    public void recordInvalidSequence() {}

    @Override
    public void recordInvalidChecksums() {}

    @Override
    public void recordNoKeyCompactedTopic() {}
  }
}
