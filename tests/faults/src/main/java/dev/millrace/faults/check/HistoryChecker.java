package dev.millrace.faults.check;

import dev.millrace.faults.history.History;
import dev.millrace.faults.history.OffsetLog;
import dev.millrace.faults.history.Outcomes;
import dev.millrace.faults.history.ReaderHistory;
import dev.millrace.faults.history.RecordId;
import dev.millrace.faults.history.RisingHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Judges a history. Pure but for the verdict that it fills; used once, by one thread.
 *
 * <p>Limits: topics must neither be compacted nor lose their beginning to retention, and nobody
 * else may write to them. What was sent and neither acknowledged nor refused for certain may be
 * there or not, but only once.
 */
public final class HistoryChecker {
  private final History history;
  private final Verdict verdict;

  /** Where each record is in the final read: by producer, partition, sequence. */
  private final long[][][] places;

  private HistoryChecker(History history, Verdict verdict) {
    this.history = history;
    this.verdict = verdict;
    this.places = new long[history.producers().size()][history.partitions().size()][];
    for (int producer = 0; producer < places.length; producer++) {
      for (int partition = 0; partition < places[producer].length; partition++) {
        places[producer][partition] = new long[history.producers().get(producer).count(partition)];
        Arrays.fill(places[producer][partition], -1);
      }
    }
  }

  /** Adds what a history violates to a verdict. */
  public static void check(History history, Verdict verdict) {
    HistoryChecker checker = new HistoryChecker(history, verdict);
    for (int partition = 0; partition < history.partitions().size(); partition++) {
      checker.finalRead(partition);
      for (int producer = 0; producer < history.producers().size(); producer++) {
        checker.acknowledgements(producer, partition);
      }
      checker.readers(partition);
      checker.groupSawAll(partition);
    }
    checker.anomalies();
    checker.neverFalls(history.ends(), Rule.END_FELL);
    checker.neverFalls(history.commits(), Rule.GROUP_MOVED_BACK);
  }

  private void finalRead(int partition) {
    long end = history.lastEnds().get(partition);
    OffsetLog log = history.last().log(partition);
    verdict.examined(Rule.GAP, end);
    verdict.examined(Rule.DUPLICATED, end);
    verdict.examined(Rule.DAMAGED, end);
    verdict.examined(Rule.UNSENT, end);
    for (long offset = 0; offset < end; offset++) {
      long id = log.get(offset);
      if (id == RecordId.NONE) {
        verdict.violated(
            Rule.GAP, "%s: nothing was read at offset %d in the end", name(partition), offset);
      } else if (id == RecordId.DAMAGED) {
        verdict.violated(Rule.DAMAGED, "%s: offset %d", name(partition), offset);
      } else {
        place(partition, offset, RecordId.of(id));
      }
    }
  }

  private void place(int partition, long offset, RecordId id) {
    if (id.producer() >= places.length
        || id.partition() != partition
        || id.sequence() >= places[id.producer()][partition].length) {
      verdict.violated(Rule.UNSENT, "%s: offset %d holds %s", name(partition), offset, id);
      return;
    }
    if (outcomes(id).outcome(partition, id.sequence()) == Outcomes.FAILED) {
      verdict.violated(
          Rule.UNSENT,
          "%s: offset %d holds %s, which failed for certain",
          name(partition),
          offset,
          id);
    }
    long[] offsets = places[id.producer()][partition];
    if (offsets[id.sequence()] >= 0) {
      verdict.violated(
          Rule.DUPLICATED,
          "%s: %s is at offsets %d and %d",
          name(partition),
          id,
          offsets[id.sequence()],
          offset);
    } else {
      offsets[id.sequence()] = offset;
    }
  }

  private Outcomes outcomes(RecordId id) {
    return history.producers().get(id.producer());
  }

  private void acknowledgements(int producer, int partition) {
    Outcomes outcomes = history.producers().get(producer);
    long[] offsets = places[producer][partition];
    long highest = -1;
    for (int sequence = 0; sequence < offsets.length; sequence++) {
      long outcome = outcomes.outcome(partition, sequence);
      if (outcome < 0 && outcome != Outcomes.ACKNOWLEDGED_SOMEWHERE) {
        continue;
      }
      verdict.examined(Rule.LOST, 1);
      RecordId id = new RecordId(producer, partition, sequence);
      long place = offsets[sequence];
      if (place < 0) {
        lost(id, outcome);
        continue;
      }
      verdict.examined(Rule.MISPLACED, 1);
      if (outcome >= 0 && place != outcome) {
        verdict.violated(
            Rule.MISPLACED,
            "%s: %s was acknowledged at offset %d and is at %d",
            name(partition),
            id,
            outcome,
            place);
      }
      verdict.examined(Rule.REORDERED, 1);
      if (place < highest) {
        verdict.violated(
            Rule.REORDERED,
            "%s: %s is at offset %d, an earlier one at %d",
            name(partition),
            id,
            place,
            highest);
      }
      highest = Math.max(highest, place);
    }
  }

  private void lost(RecordId id, long outcome) {
    int partition = id.partition();
    String instead =
        outcome >= history.lastEnds().get(partition)
            ? "beyond the end, " + history.lastEnds().get(partition)
            : "where there is now " + RecordId.text(history.last().log(partition).get(outcome));
    verdict.violated(
        Rule.LOST,
        "%s: %s was acknowledged at offset %d, %s",
        name(partition),
        id,
        outcome,
        instead);
  }

  private void readers(int partition) {
    List<ReaderHistory> all = new ArrayList<>(history.readers());
    all.addAll(history.members());
    OffsetLog first = new OffsetLog();
    for (ReaderHistory reader : all) {
      OffsetLog log = reader.log(partition);
      for (long offset = 0; offset < log.end(); offset++) {
        long id = log.get(offset);
        if (id != RecordId.NONE) {
          saw(reader.name(), partition, offset, id, first);
        }
      }
    }
  }

  private void saw(String reader, int partition, long offset, long id, OffsetLog first) {
    verdict.examined(Rule.UNCOMMITTED, 1);
    verdict.examined(Rule.DIVERGED, 1);
    if (offset >= history.lastEnds().get(partition)) {
      verdict.violated(
          Rule.UNCOMMITTED,
          "%s: %s saw %s at offset %d, beyond the final end %d",
          name(partition),
          reader,
          RecordId.text(id),
          offset,
          history.lastEnds().get(partition));
    } else if (history.last().log(partition).get(offset) != id) {
      verdict.violated(
          Rule.UNCOMMITTED,
          "%s: %s saw %s at offset %d, where in the end there is %s",
          name(partition),
          reader,
          RecordId.text(id),
          offset,
          RecordId.text(history.last().log(partition).get(offset)));
    }
    long other = first.get(offset);
    if (other == RecordId.NONE) {
      first.put(offset, id);
    } else if (other != id) {
      verdict.violated(
          Rule.DIVERGED,
          "%s: %s saw %s at offset %d, another reader %s",
          name(partition),
          reader,
          RecordId.text(id),
          offset,
          RecordId.text(other));
    }
  }

  private void groupSawAll(int partition) {
    long committed = history.commits().highest(partition);
    verdict.examined(Rule.GROUP_SKIPPED, Math.max(committed, 0));
    for (long offset = 0; offset < committed; offset++) {
      boolean seen = false;
      for (ReaderHistory member : history.members()) {
        seen |= member.log(partition).get(offset) != RecordId.NONE;
      }
      if (!seen) {
        verdict.violated(
            Rule.GROUP_SKIPPED,
            "%s: offset %d, while %d was committed",
            name(partition),
            offset,
            committed);
      }
    }
  }

  private void anomalies() {
    List<ReaderHistory> all = new ArrayList<>(history.readers());
    all.addAll(history.members());
    all.add(history.last());
    for (ReaderHistory reader : all) {
      for (ReaderHistory.Anomaly anomaly : reader.anomalies()) {
        Rule rule =
            switch (anomaly.oddity()) {
              case CHANGED -> Rule.DIVERGED;
              case JUMP -> Rule.GAP;
              case OUT_OF_RANGE -> Rule.UNCOMMITTED;
            };
        verdict.violated(
            rule,
            "%s: %s at offset %d: %s",
            name(anomaly.partition()),
            reader.name(),
            anomaly.offset(),
            anomaly.detail());
      }
    }
  }

  private void neverFalls(RisingHistory values, Rule rule) {
    verdict.examined(rule, values.size());
    for (RisingHistory.Fall fall : values.falls()) {
      verdict.violated(
          rule,
          "%s: %d as %s said, after %d as %s said",
          name(fall.after().partition()),
          fall.after().value(),
          fall.after().who(),
          fall.before().value(),
          fall.before().who());
    }
  }

  private String name(int partition) {
    return history.partitions().get(partition);
  }
}
