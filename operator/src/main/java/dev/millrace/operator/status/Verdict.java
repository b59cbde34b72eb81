package dev.millrace.operator.status;

/**
 * A condition before it is known since when it holds.
 *
 * @param reason one UpperCamel word of a closed list
 */
record Verdict(String type, Value value, String reason, String message) {
  /** What a condition can be. */
  enum Value {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String text;

    Value(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }

    static Value of(boolean holds) {
      return holds ? TRUE : FALSE;
    }
  }

  boolean holds() {
    return value == Value.TRUE;
  }
}
