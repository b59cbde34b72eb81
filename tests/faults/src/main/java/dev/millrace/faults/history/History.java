package dev.millrace.faults.history;

import java.util.List;

/**
 * All that is known of a run when it is over.
 *
 * @param partitions names of the partitions; everything else knows them by their place here
 * @param producers by their number
 * @param readers who read partitions, in whatever order
 * @param members of the consumer group, whose readings add up
 * @param ends end offsets as brokers told them
 * @param commits of the group, and its committed offsets as brokers told them
 * @param last the final read of every partition from its start
 * @param lastEnds end offsets of the partitions at that time
 */
public record History(
    List<String> partitions,
    List<Outcomes> producers,
    List<ReaderHistory> readers,
    List<ReaderHistory> members,
    RisingHistory ends,
    RisingHistory commits,
    ReaderHistory last,
    List<Long> lastEnds) {

  public History {
    partitions = List.copyOf(partitions);
    producers = List.copyOf(producers);
    readers = List.copyOf(readers);
    members = List.copyOf(members);
    lastEnds = List.copyOf(lastEnds);
  }
}
