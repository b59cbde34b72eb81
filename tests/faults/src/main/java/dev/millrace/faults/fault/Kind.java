package dev.millrace.faults.fault;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The kinds of faults, and which runs have them. */
public enum Kind {
  /** The pod is deleted by force. */
  KILL_POD,
  /** SIGKILL of the broker. */
  KILL_PROCESS,
  /** SIGKILL of the broker whose controller is active. */
  KILL_CONTROLLER,
  /** A node loses power, and comes back. */
  KILL_NODE,
  /** A node loses its network. */
  CUT_NODE,
  /** The API server cannot be reached by anybody. */
  CUT_CONTROL,
  /** SIGSTOP, and SIGCONT. */
  PAUSE,
  /** The broker's file system is full to the last block. */
  FILL_DISK,
  /** The broker's device does a few KiB a second. */
  SLOW_DISK,
  /**
   * Two or three of the others at once, on whichever brokers: more than availability is promised
   * for.
   */
  COMBINED;

  /** All but {@link #COMBINED}: one broker at a time. */
  public static List<Kind> single() {
    return Arrays.stream(values()).filter(kind -> kind != COMBINED).toList();
  }

  /** What five minutes have time for. */
  public static List<Kind> brief() {
    return List.of(KILL_PROCESS, PAUSE, KILL_POD, CUT_NODE, KILL_CONTROLLER, FILL_DISK);
  }

  /** The name that people use: {@code kill-pod}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The reverse of {@link #text}.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Kind of(String text) {
    return Arrays.stream(values())
        .filter(kind -> kind.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no fault "
                        + text
                        + "; there are "
                        + Arrays.stream(values()).map(Kind::text).toList()));
  }
}
