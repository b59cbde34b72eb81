package dev.millrace.plugin.command;

/** What the exit code says. */
public final class Exit {
  public static final int DONE = 0;

  /** It was refused or failed; the last line says by whom and why. */
  public static final int FAILED = 1;

  /** There is no such option or argument. */
  public static final int USAGE = 2;

  /** There is no such thing: kubeconfig, resource type, LogCluster, broker, node. */
  public static final int NOT_FOUND = 3;

  /** The right to it is missing. */
  public static final int FORBIDDEN = 4;

  /** What was waited for did not come in time; it goes on without this command. */
  public static final int TOO_LONG = 5;

  private Exit() {}

  /** An end that is no fault of the program's, with its code. */
  public static final class ExitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    ExitException(int code, String message) {
      super(message);
      this.code = code;
    }

    public int code() {
      return code;
    }
  }
}
