package dev.millrace.faults.check;

import dev.millrace.faults.history.History;
import dev.millrace.faults.history.Outcomes;
import dev.millrace.faults.history.ReaderHistory;
import dev.millrace.faults.history.RecordId;
import dev.millrace.faults.history.RisingHistory;
import dev.millrace.faults.history.RisingHistory.Observation;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A small run in which nothing went wrong, for tests to spoil: two producers, two partitions, one
 * reader, one member of a group. The log of a partition is written in the order of calls.
 */
final class Scenario {
  private static final int PARTITIONS = 2;

  final Outcomes[] producers = {new Outcomes(PARTITIONS), new Outcomes(PARTITIONS)};
  final ReaderHistory reader = new ReaderHistory("reader", PARTITIONS);
  final ReaderHistory member = new ReaderHistory("member", PARTITIONS);
  final ReaderHistory last = new ReaderHistory("last", PARTITIONS);
  final RisingHistory ends = new RisingHistory();
  final RisingHistory commits = new RisingHistory();
  final long[] lastEnds = new long[PARTITIONS];

  /** A run of ten records of each producer for each partition, all acknowledged and read by all. */
  static Scenario clean() {
    Scenario scenario = new Scenario();
    for (int i = 0; i < 10; i++) {
      for (int producer = 0; producer < 2; producer++) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          long id = scenario.send(producer, partition);
          long offset = scenario.append(partition, id);
          scenario.acknowledge(id, offset);
          scenario.reader.saw(partition, offset, id);
          scenario.member.saw(partition, offset, id);
        }
      }
    }
    scenario.ends.observed(new Observation(0, 20, 0, 1, "broker"));
    scenario.commits.observed(new Observation(0, 20, 0, 1, "member"));
    return scenario;
  }

  /** The next record of a producer. */
  long send(int producer, int partition) {
    return new RecordId(producer, partition, producers[producer].invoke(partition)).packed();
  }

  /** Puts a record at the end of a partition as it is in the end; returns its offset. */
  long append(int partition, long id) {
    last.saw(partition, lastEnds[partition], id);
    return lastEnds[partition]++;
  }

  void acknowledge(long id, long offset) {
    complete(id, offset);
  }

  void complete(long id, long outcome) {
    RecordId record = RecordId.of(id);
    producers[record.producer()].complete(record.partition(), record.sequence(), outcome);
  }

  Verdict verdict() {
    Verdict verdict = new Verdict();
    HistoryChecker.check(
        new History(
            List.of("t-0", "t-1"),
            List.of(producers),
            List.of(reader),
            List.of(member),
            ends,
            commits,
            last,
            LongStream.of(lastEnds).boxed().toList()),
        verdict);
    return verdict;
  }
}
