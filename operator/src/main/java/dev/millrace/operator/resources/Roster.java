package dev.millrace.operator.resources;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Brokers by their ids. */
public record Roster(NavigableSet<Integer> ids) {
  /** No broker at all. */
  public static final Roster NOBODY = new Roster(new TreeSet<>());

  public Roster {
    ids = Collections.unmodifiableNavigableSet(new TreeSet<>(ids));
  }

  /** These brokers. */
  public static Roster of(Collection<Integer> ids) {
    return new Roster(new TreeSet<>(ids));
  }

  /** So many brokers with ids one after the other. */
  public static Roster of(int firstId, int brokers) {
    return of(IntStream.range(firstId, firstId + brokers).boxed().toList());
  }

  /** How many they are. */
  public int size() {
    return ids.size();
  }

  /** Whether a broker is one of them. */
  public boolean has(int id) {
    return ids.contains(id);
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return ids.isEmpty();
  }

  /** In ascending order. */
  public Stream<Integer> stream() {
    return ids.stream();
  }

  /** These and the others. */
  public Roster and(Roster others) {
    return of(Stream.concat(stream(), others.stream()).toList());
  }

  /** Those of these that are not among the others. */
  public Roster without(Roster others) {
    return of(stream().filter(id -> !others.has(id)).toList());
  }

  @Override
  public String toString() {
    return stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
  }
}
