package dev.millrace.bench;

import dev.millrace.bench.wire.ProduceLoop;
import dev.millrace.bench.wire.RecordBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Precomputed batches over some connections, each with partitions of its own, into a fresh topic
 * every time.
 */
final class RawProduce extends TopicWorkload {
  private final Section section;
  private final Effort effort;
  private final int batchBytes;
  private final int partitions;
  private final int connections;

  RawProduce(Section section, Effort effort, int batchBytes, int partitions, int connections) {
    super(partitions);
    this.section = section;
    this.effort = effort;
    this.batchBytes = batchBytes;
    this.partitions = partitions;
    this.connections = connections;
  }

  @Override
  public Section section() {
    return section;
  }

  @Override
  public String title() {
    String to =
        partitions == 1
            ? "1 partition"
            : partitions + " partitions, " + connections + " connections";
    return "raw produce, " + batchBytes / 1024 + " KiB batches, " + to;
  }

  @Override
  public void prepare(Contender contender) throws IOException {
    super.prepare(contender);
    BackedMemory.prepare(effort.maxBytes());
  }

  @Override
  public Moved run(Contender contender) throws IOException {
    RecordBatch batch = RecordBatch.of(batchBytes, new SplittableRandom(batchBytes));
    List<Connections.Task> tasks = new ArrayList<>();
    for (int connection = 0; connection < connections; connection++) {
      int first = connection;
      List<Integer> own =
          IntStream.range(0, partitions).filter(p -> p % connections == first).boxed().toList();
      tasks.add(
          () -> {
            try (ProduceLoop loop =
                ProduceLoop.open(contender.peer().bootstrap(), topic(), topicId(), own, batch)) {
              return loop.run(effort.window(), effort.maxBytes() / connections);
            }
          });
    }
    return Connections.run(tasks);
  }
}
