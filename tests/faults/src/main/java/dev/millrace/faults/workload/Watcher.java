package dev.millrace.faults.workload;

import dev.millrace.faults.history.RisingHistory;
import dev.millrace.faults.history.RisingHistory.Observation;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks every second how far each partition and the group are, and writes it down. Runs on one
 * thread; {@link #stop} may come from any.
 */
final class Watcher implements Runnable {
  private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

  private final Partitions partitions;
  private final String group;
  private final ClientSettings settings;
  private final RisingHistory ends;
  private final RisingHistory commits;
  private final Errors errors;
  private volatile boolean stopped;

  Watcher(
      Partitions partitions,
      String group,
      ClientSettings settings,
      RisingHistory ends,
      RisingHistory commits,
      Errors errors) {
    this.partitions = partitions;
    this.group = group;
    this.settings = settings;
    this.ends = ends;
    this.commits = commits;
    this.errors = errors;
  }

  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try (Admin admin = Admin.create(settings.admin())) {
      while (!stopped) {
        watchEnds(admin);
        watchCommits(admin);
        LockSupport.parkNanos(EVERY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watchEnds(Admin admin) throws InterruptedException {
    var specs =
        partitions.all().stream()
            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
    long from = System.nanoTime();
    var answer = admin.listOffsets(specs);
    for (TopicPartition partition : partitions.all()) {
      var result = orNothing(answer.partitionResult(partition));
      result.ifPresent(
          info ->
              ends.observed(
                  new Observation(
                      partitions.place(partition),
                      info.offset(),
                      from,
                      System.nanoTime(),
                      "the broker")));
    }
  }

  private void watchCommits(Admin admin) throws InterruptedException {
    long from = System.nanoTime();
    orNothing(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .ifPresent(
            offsets ->
                offsets.forEach(
                    (partition, offset) -> {
                      if (partitions.contain(partition) && offset != null) {
                        commits.observed(
                            new Observation(
                                partitions.place(partition),
                                offset.offset(),
                                from,
                                System.nanoTime(),
                                "the coordinator"));
                      }
                    }));
  }

  private <T> Optional<T> orNothing(KafkaFuture<T> future) throws InterruptedException {
    try {
      return Optional.of(future.get());
    } catch (ExecutionException e) {
      errors.count("watcher", e.getCause() == null ? e : e.getCause());
      return Optional.empty();
    }
  }
}
