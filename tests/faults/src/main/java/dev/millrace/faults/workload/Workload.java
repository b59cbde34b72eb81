package dev.millrace.faults.workload;

import dev.millrace.faults.history.History;
import dev.millrace.faults.history.Outcomes;
import dev.millrace.faults.history.Payload;
import dev.millrace.faults.history.ReaderHistory;
import dev.millrace.faults.history.RisingHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Traffic on existing topics: producers, a reader at the ends, one that reads again, a consumer
 * group of two, and a watcher. Started once, finished once; by one thread.
 *
 * <p>Memory: about 60 bytes a record sent.
 */
public final class Workload implements AutoCloseable {
  private static final String GROUP = "faults";
  private static final long SHORTEST_GAP = TimeUnit.MILLISECONDS.toNanos(20);

  private final Partitions partitions;
  private final ClientSettings settings;
  private final AckClock clock;
  private final Errors errors = new Errors();
  private final RisingHistory ends = new RisingHistory();
  private final RisingHistory commits = new RisingHistory();
  private final List<ProducerLoop> producers = new ArrayList<>();
  private final List<PartitionReader> readers = new ArrayList<>();
  private final List<GroupMember> members = new ArrayList<>();
  private final Watcher watcher;
  private final List<Thread> producing = new ArrayList<>();
  private final List<Thread> reading = new ArrayList<>();

  /** All of it, not yet started. */
  public Workload(Topics topics, ClientSettings settings, long seed) {
    this.partitions = new Partitions(topics.all());
    this.settings = settings;
    this.clock = new AckClock(partitions.count(), SHORTEST_GAP, System.nanoTime());
    for (int number = 0; number < settings.load().producers(); number++) {
      ProducerLoop producer = new ProducerLoop(number, partitions, settings, clock, errors);
      producers.add(producer);
      producing.add(new Thread(producer, "producer-" + number));
    }
    readers.add(
        new PartitionReader(
            "tail", PartitionReader.Habit.TAIL, partitions, settings, seed, errors));
    readers.add(
        new PartitionReader(
            "again", PartitionReader.Habit.AGAIN, partitions, settings, seed, errors));
    for (PartitionReader reader : readers) {
      reading.add(new Thread(reader, reader.history().name()));
    }
    for (int number = 0; number < 2; number++) {
      GroupMember member =
          new GroupMember("member-" + number, GROUP, partitions, settings, commits, errors);
      members.add(member);
      reading.add(new Thread(member, member.history().name()));
    }
    watcher = new Watcher(partitions, GROUP, settings, ends, commits, errors);
    reading.add(new Thread(watcher, "watcher"));
  }

  /** Starts everything. */
  public void start() {
    reading.forEach(Thread::start);
    producing.forEach(Thread::start);
  }

  /** When produces were acknowledged. */
  public AckClock clock() {
    return clock;
  }

  /** What failed so far. */
  public Errors errors() {
    return errors;
  }

  /** The partitions, in the order in which everything counts them. */
  public List<TopicPartition> partitions() {
    return partitions.all();
  }

  /** Records acknowledged so far. */
  public long acknowledged() {
    return count(0) + count(Outcomes.ACKNOWLEDGED_SOMEWHERE);
  }

  /** Records sent of which nobody knows what became of them. */
  public long unknown() {
    return count(Outcomes.UNKNOWN) + count(Outcomes.INVOKED);
  }

  /** Records that failed before they were sent. */
  public long failed() {
    return count(Outcomes.FAILED);
  }

  private long count(long outcome) {
    long count = 0;
    for (ProducerLoop producer : producers) {
      for (int partition = 0; partition < partitions.count(); partition++) {
        count += producer.outcomes().count(outcome, partition);
      }
    }
    return count;
  }

  /** Ends the producers, once each record has its outcome; readers go on. */
  public void stopProducers() throws InterruptedException {
    producers.forEach(ProducerLoop::stop);
    join(producing);
  }

  /**
   * Ends everything and reads all partitions from their start.
   *
   * @throws IllegalStateException if they cannot be read within the limit
   */
  public History finish(Duration limit) throws InterruptedException {
    stopProducers();
    // The group may be behind: it is held to what it committed, however far that is.
    stopReaders();
    join(reading);
    ReaderHistory last = new ReaderHistory("the final read", partitions.count());
    List<Long> lastEnds = readAll(last, limit);
    return new History(
        partitions.all().stream().map(TopicPartition::toString).toList(),
        producers.stream().map(ProducerLoop::outcomes).toList(),
        readers.stream().map(PartitionReader::history).toList(),
        members.stream().map(GroupMember::history).toList(),
        ends,
        commits,
        last,
        lastEnds);
  }

  private List<Long> readAll(ReaderHistory last, Duration limit) {
    Payload payload = new Payload(settings.load().valueSize());
    long deadline = System.nanoTime() + limit.toNanos();
    try (var consumer =
        new KafkaConsumer<>(
            settings.reader("final"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions.all());
      Map<TopicPartition, Long> found = consumer.endOffsets(partitions.all(), limit);
      for (TopicPartition partition : partitions.all()) {
        consumer.seek(partition, 0);
        last.moved(partitions.place(partition), 0);
      }
      while (!partitions.all().stream()
          .allMatch(
              partition ->
                  consumer.position(partition, limit) >= found.getOrDefault(partition, 0L))) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("the final read did not get to its end within " + limit);
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          int place = partitions.place(new TopicPartition(record.topic(), record.partition()));
          last.saw(place, record.offset(), payload.decode(record.value()));
        }
      }
      return partitions.all().stream().map(partition -> found.getOrDefault(partition, 0L)).toList();
    } catch (KafkaException e) {
      throw new IllegalStateException("the final read failed: " + e, e);
    }
  }

  private void stopReaders() {
    readers.forEach(PartitionReader::stop);
    members.forEach(GroupMember::stop);
    watcher.stop();
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Ends what still runs, without waiting for outcomes. */
  @Override
  public void close() {
    producers.forEach(ProducerLoop::stop);
    stopReaders();
    producing.forEach(Thread::interrupt);
    reading.forEach(Thread::interrupt);
  }
}
