package dev.millrace.operator.roll;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;

/** Finds many of which no two have anything in common. */
final class Disjoint {
  private Disjoint() {}

  /**
   * A set to which no other one can be added. Each is the one that keeps out the fewest of those
   * that are left, the first of them where several do: the largest set where what they share comes
   * from zones, and close to it else, for to find that takes exponential time.
   *
   * @param all in the order in which they are preferred
   * @param apart whether two have nothing in common
   * @return in the order in which they were chosen
   */
  static <T> List<T> of(List<T> all, BiPredicate<T, T> apart) {
    var left = new ArrayList<>(all.stream().map(one -> candidate(one, all, apart)).toList());
    var chosen = new ArrayList<T>();
    while (!left.isEmpty()) {
      var next = left.stream().min(Comparator.comparing(one -> one.keepsOut(left))).orElseThrow();
      chosen.add(next.one);
      left.removeIf(next::keepsOut);
    }
    return chosen;
  }

  private static <T> Candidate<T> candidate(T one, List<T> all, BiPredicate<T, T> apart) {
    var others = new HashSet<>(all);
    others.removeIf(other -> !other.equals(one) && apart.test(one, other));
    return new Candidate<>(one, others);
  }

  /** With those that can't go with it, itself among them. */
  private record Candidate<T>(T one, Set<T> out) {
    boolean keepsOut(Candidate<T> other) {
      return out.contains(other.one);
    }

    long keepsOut(List<Candidate<T>> others) {
      return others.stream().filter(this::keepsOut).count();
    }
  }
}
