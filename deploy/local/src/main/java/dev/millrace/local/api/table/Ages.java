package dev.millrace.local.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** Time spans as kubectl says them: two figures at most, the coarser the longer. Pure. */
public final class Ages {
  private Ages() {}

  /** How long ago {@code timestamp} was; {@code <unknown>} where it is none. */
  public static String since(JsonNode timestamp, Instant now) {
    try {
      Instant then = OffsetDateTime.parse(timestamp.asText()).toInstant();
      return human(Duration.between(then, now));
    } catch (DateTimeParseException e) {
      return "<unknown>";
    }
  }

  static String human(Duration span) {
    long seconds = span.toSeconds();
    if (seconds < -1) {
      return "<invalid>";
    }
    long minutes = seconds / 60;
    long hours = minutes / 60;
    long days = hours / 24;
    if (seconds < 120) {
      return Math.max(0, seconds) + "s";
    } else if (minutes < 10) {
      return two(minutes, "m", seconds % 60, "s");
    } else if (hours < 3) {
      return minutes + "m";
    } else if (hours < 8) {
      return two(hours, "h", minutes % 60, "m");
    } else if (hours < 48) {
      return hours + "h";
    } else if (days < 8) {
      return two(days, "d", hours % 24, "h");
    } else if (days < 365 * 2) {
      return days + "d";
    } else if (days < 365 * 8) {
      return two(days / 365, "y", days % 365, "d");
    }
    return days / 365 + "y";
  }

  private static String two(long coarse, String coarseUnit, long fine, String fineUnit) {
    return fine == 0 ? coarse + coarseUnit : coarse + coarseUnit + fine + fineUnit;
  }
}
