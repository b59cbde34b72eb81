package dev.millrace.plugin.picture;

import java.util.List;

/**
 * How text may look where it goes.
 *
 * @param width columns; pictures wrap there, tables don't
 * @param colour whether escape sequences for colours are understood
 * @param ascii whether nothing but ASCII is
 */
public record Look(int width, boolean colour, boolean ascii) {
  private static final char ESCAPE = '\u001b';

  /** What something is, for the eye. The text says the same to who sees no colours. */
  public enum Ink {
    PLAIN(""),
    TITLE("1"),
    FAINT("2"),
    BAD("31"),
    GOOD("32"),
    WARN("33"),
    NEWS("36");

    private final String code;

    Ink(String code) {
      this.code = code;
    }
  }

  /** A text in a colour. */
  public String paint(Ink ink, String text) {
    if (!colour || ink == Ink.PLAIN || text.isEmpty()) {
      return text;
    }
    return ESCAPE + "[" + ink.code + "m" + text + ESCAPE + "[0m";
  }

  /** A text that is at most so long; the end of a longer one goes. */
  String cut(String text, int length) {
    return text.length() <= length
        ? text
        : text.substring(0, Math.max(0, length - 1)) + (ascii ? "~" : "…");
  }

  /** Texts of an object, most of which are not there in most objects, in one line. */
  static String joined(String separator, List<String> parts) {
    return String.join(separator, parts.stream().filter(part -> !part.isEmpty()).toList());
  }
}
