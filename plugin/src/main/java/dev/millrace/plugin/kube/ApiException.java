package dev.millrace.plugin.kube;

import java.net.HttpURLConnection;

/** The API server's refusal of a request, or that it could not be asked. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Where there was no answer at all. */
  public static final int UNREACHABLE = 0;

  /** Where something protects what was to be changed, as a PodDisruptionBudget does. */
  public static final int TOO_MANY_REQUESTS = 429;

  private final int code;

  /**
   * @param code of HTTP; {@link #UNREACHABLE} without an answer
   * @param message what the server says, for people
   */
  public ApiException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** What the server says; never null, unlike {@link #getMessage}. */
  public String reason() {
    String message = getMessage();
    return message == null ? "" : message;
  }

  public boolean notFound() {
    return code == HttpURLConnection.HTTP_NOT_FOUND;
  }

  public boolean forbidden() {
    return code == HttpURLConnection.HTTP_FORBIDDEN;
  }

  public boolean unauthorized() {
    return code == HttpURLConnection.HTTP_UNAUTHORIZED;
  }

  public boolean conflict() {
    return code == HttpURLConnection.HTTP_CONFLICT;
  }
}
