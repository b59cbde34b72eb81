package dev.millrace.bench;

import dev.millrace.bench.wire.FetchLoop;
import dev.millrace.bench.wire.ProduceLoop;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.launch.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Connections that produce to a topic and as many that fetch from it at once, each with partitions
 * of its own. Used by one thread.
 */
final class MixedLoad {
  private static final int BATCH_BYTES = 16 << 10;
  private static final int FETCH_BYTES = 64 << 10;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Peer peer;
  private final TopicSet.Part part;
  private final int clients;
  private final RecordBatch batch = RecordBatch.of(BATCH_BYTES, new SplittableRandom(BATCH_BYTES));

  /** With {@code connections} in all, half of them for each direction. */
  MixedLoad(Peer peer, TopicSet.Part part, int connections) {
    this.peer = peer;
    this.part = part;
    this.clients = Math.clamp(connections / 2, 1, part.partitions());
  }

  /** Puts something into each partition, so that there is something to fetch. */
  void fill() throws IOException {
    long each = 2L * FETCH_BYTES / batch.payloadBytes() + 1;
    Connections.run(producers(LIMIT, each * batch.payloadBytes() * part.partitions()));
  }

  /** Produces so many bytes of payload and fetches as many. */
  void move(long bytes) throws IOException {
    List<Connections.Task> tasks = producers(LIMIT, bytes);
    for (int client = 0; client < clients; client++) {
      int own = client;
      tasks.add(() -> fetch(own, bytes / clients));
    }
    Connections.run(tasks);
  }

  private List<Connections.Task> producers(Duration limit, long bytes) {
    List<Connections.Task> tasks = new ArrayList<>();
    for (int client = 0; client < clients; client++) {
      List<Integer> own = part.share(client, clients);
      tasks.add(
          () -> {
            try (ProduceLoop loop =
                ProduceLoop.open(peer.bootstrap(), part.topic(), part.id(), own, batch)) {
              return loop.run(limit, bytes / clients);
            }
          });
    }
    return tasks;
  }

  private long fetch(int partition, long bytes) throws IOException {
    try (FetchLoop loop =
        FetchLoop.open(peer.bootstrap(), part.topic(), part.id(), partition, FETCH_BYTES, batch)) {
      long fetched = 0;
      while (fetched < bytes) {
        fetched += loop.next();
      }
      return fetched;
    }
  }
}
