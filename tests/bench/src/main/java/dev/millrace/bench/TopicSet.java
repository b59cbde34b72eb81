package dev.millrace.bench;

import dev.millrace.bench.wire.ProduceLoop;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.launch.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/** Many partitions of one peer, at most 1,000 to a topic. Used by one thread. */
final class TopicSet {
  private static final int MOST = 1000;

  private final Peer peer;
  private final List<Part> parts = new ArrayList<>();

  private TopicSet(Peer peer) {
    this.peer = peer;
  }

  /** One topic of them. */
  record Part(String topic, Uuid id, int partitions) {

    List<Integer> all() {
      return IntStream.range(0, partitions).boxed().toList();
    }

    /** The share of one of several clients. */
    List<Integer> share(int client, int clients) {
      return all().stream().filter(p -> p % clients == client % clients).toList();
    }
  }

  /** Makes them; they may not take records yet. */
  static TopicSet create(Peer peer, int partitions) throws IOException {
    TopicSet set = new TopicSet(peer);
    try (Topics topics = new Topics(peer)) {
      for (int left = partitions; left > 0; left -= MOST) {
        String name = "many-" + set.parts.size();
        int count = Math.min(MOST, left);
        set.parts.add(new Part(name, topics.create(name, count), count));
      }
    }
    return set;
  }

  Part first() {
    return parts.getFirst();
  }

  List<Part> parts() {
    return parts;
  }

  /** Whether the very first partition takes a record. */
  boolean firstTakesRecords() throws IOException {
    return takeRecords(first(), List.of(0));
  }

  /** Whether every partition takes a record. */
  boolean allTakeRecords() throws IOException {
    for (Part part : parts) {
      if (!takeRecords(part, part.all())) {
        return false;
      }
    }
    return true;
  }

  private boolean takeRecords(Part part, List<Integer> partitions) throws IOException {
    RecordBatch one = RecordBatch.of(1, new SplittableRandom(1));
    try (ProduceLoop loop =
        ProduceLoop.open(peer.bootstrap(), part.topic(), part.id(), partitions, one)) {
      return loop.accepted();
    }
  }
}
