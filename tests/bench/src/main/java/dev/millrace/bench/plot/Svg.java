package dev.millrace.bench.plot;

import java.util.Locale;

/** Writes an SVG document, lengths in pixels. Used by one thread. */
final class Svg {
  /** Colours that are told apart by those who do not see red or green, on white and on black. */
  private static final String STYLE =
      """
      <style>
      text { font: 12px system-ui, sans-serif; fill: #24292f; }
      .title { font-size: 15px; font-weight: 600; }
      .small { font-size: 11px; fill: #57606a; }
      .end { text-anchor: end; }
      .middle { text-anchor: middle; }
      .grid { stroke: #d0d7de; }
      .one { stroke: #57606a; stroke-dasharray: 3 3; }
      .mark { stroke: #24292f; stroke-width: 2.5; }
      .ours { fill: #0b76c5; }
      .theirs { fill: #9aa4ae; }
      .missed { fill: #d97706; }
      @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; }
        .small { fill: #9da7b3; }
        .grid { stroke: #30363d; }
        .one { stroke: #9da7b3; }
        .mark { stroke: #e6edf3; }
        .ours { fill: #4aa3e8; }
        .theirs { fill: #6e7681; }
        .missed { fill: #f0a030; }
      }
      </style>
      """;

  private final StringBuilder body = new StringBuilder();

  void text(double x, double y, String styles, String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>%n",
            x,
            y,
            styles,
            escape(text)));
  }

  void bar(double x, double y, double width, double height, String style) {
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"1.5\" class=\"%s\"/>%n",
            x,
            y,
            width,
            height,
            style));
  }

  void line(double x1, double y1, double x2, double y2, String style) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            style));
  }

  /** The whole document; {@code title} is read out to those who do not see it. */
  String document(double width, double height, String title) {
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">%n<title>%s</title>%n%s%s</svg>%n",
        width,
        height,
        width,
        height,
        escape(title),
        STYLE,
        body);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
