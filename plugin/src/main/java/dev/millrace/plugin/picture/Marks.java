package dev.millrace.plugin.picture;

import dev.millrace.plugin.model.PartitionMap.Place;
import dev.millrace.plugin.picture.Look.Ink;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The signs for what a broker has of a partition. Each differs from the others without colours,
 * too. Pure.
 */
final class Marks {
  private static final String LEVELS = "▁▂▃▄▅▆▇█";
  private static final String ASCII_LEVELS = "12345678";

  private Marks() {}

  static char sign(Place place, boolean ascii) {
    return switch (place) {
      case NOWHERE -> ascii ? '.' : '·';
      case LEADER -> ascii ? 'L' : '●';
      case IN_SYNC -> ascii ? 'o' : '○';
      case ARRIVING -> '+';
      case BEHIND -> ascii ? 'x' : '✗';
      case LEADERLESS -> '!';
    };
  }

  static Ink ink(Place place) {
    return switch (place) {
      case NOWHERE -> Ink.FAINT;
      case LEADER, IN_SYNC -> Ink.GOOD;
      case ARRIVING -> Ink.NEWS;
      case BEHIND -> Ink.WARN;
      case LEADERLESS -> Ink.BAD;
    };
  }

  /** How much of something there is, beside the most of it that there is. */
  static char level(int part, int most, boolean ascii) {
    String levels = ascii ? ASCII_LEVELS : LEVELS;
    int level = (int) ((long) part * levels.length() / Math.max(1, most));
    return levels.charAt(Math.min(levels.length() - 1, level));
  }

  /** What the signs mean that a picture has. */
  static String legend(Set<Place> places, Look look) {
    return places.stream()
        .filter(place -> place != Place.NOWHERE)
        .sorted(Comparator.naturalOrder())
        .map(
            place ->
                look.paint(ink(place), String.valueOf(sign(place, look.ascii())))
                    + " "
                    + meaning(place))
        .collect(Collectors.joining("  "));
  }

  private static String meaning(Place place) {
    return switch (place) {
      case NOWHERE -> "nothing";
      case LEADER -> "leader";
      case IN_SYNC -> "in sync";
      case ARRIVING -> "on its way in";
      case BEHIND -> "not in sync";
      case LEADERLESS -> "nobody leads";
    };
  }
}
