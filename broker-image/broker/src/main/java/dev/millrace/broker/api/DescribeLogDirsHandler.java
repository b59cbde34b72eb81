package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Tells what this broker's one log directory holds, and how large its file system is. */
final class DescribeLogDirsHandler implements RequestHandler<DescribeLogDirsRequestData> {
  private final HostedPartitions partitions;
  private final Executor io;

  DescribeLogDirsHandler(HostedPartitions partitions, Executor io) {
    this.partitions = partitions;
    this.io = io;
  }

  @Override
  public void handle(RequestContext context, DescribeLogDirsRequestData request) {
    Offloaded.answer(
        context,
        io,
        () -> new DescribeLogDirsResponseData().setResults(List.of(describe(request))));
  }

  private DescribeLogDirsResult describe(DescribeLogDirsRequestData request) {
    Path directory = partitions.logs().directory();
    DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(directory.toString());
    if (partitions.logs().failure().isPresent()) {
      return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
    }
    Map<String, DescribeLogDirsTopic> topics = new LinkedHashMap<>();
    for (Partition partition : partitions.all()) {
      if (isAsked(request, partition)) {
        topics
            .computeIfAbsent(
                partition.id().topic(), name -> new DescribeLogDirsTopic().setName(name))
            .partitions()
            .add(describe(partition));
      }
    }
    result.topics().addAll(topics.values());
    return addSpace(result, directory);
  }

  private static boolean isAsked(DescribeLogDirsRequestData request, Partition partition) {
    if (request.topics() == null) {
      return true;
    }
    @Nullable DescribableLogDirTopic topic = request.topics().find(partition.id().topic());
    return topic != null && topic.partitions().contains(partition.id().partition());
  }

  private static DescribeLogDirsPartition describe(Partition partition) {
    long behind = partition.highWatermark() - partition.log().logEndOffset();
    return new DescribeLogDirsPartition()
        .setPartitionIndex(partition.id().partition())
        .setPartitionSize(partition.log().sizeBytes())
        .setOffsetLag(Math.max(0, behind));
  }

  private static DescribeLogDirsResult addSpace(DescribeLogDirsResult result, Path directory) {
    try {
      FileStore store = Files.getFileStore(directory);
      return result.setTotalBytes(store.getTotalSpace()).setUsableBytes(store.getUsableSpace());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
