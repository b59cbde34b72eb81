package dev.millrace.plugin.bundle;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which names stand before something that nobody else is to see. Rather one too many than one too
 * few, but for names that Kubernetes gives to what is no secret. Pure.
 */
final class SecretNames {
  /** A part of a name that says it; a bare {@code key} says nothing. */
  static final String PATTERN =
      "(?i:[\\w.\\-]{0,80}(?:passw(?:or)?d|passphrase|pwd|secret|token|jaas|credential|authorization"
          + "|private[._-]?key|access[._-]?key|api[._-]?key|[._-]key(?![\\w.\\-]))[\\w.\\-]{0,80})";

  private static final Pattern NAME = Pattern.compile(PATTERN);

  /** What a text has in it where it has such a name; most have not, and are passed by at once. */
  private static final Pattern HINT =
      Pattern.compile("(?i)passw|passphrase|pwd|secret|token|jaas|credential|authorization|key");

  /** Names of objects, of fields that point at them, and of files; never a secret itself. */
  private static final Set<String> HARMLESS =
      Set.of(
          "secretName",
          "secretRef",
          "secretKeyRef",
          "imagePullSecrets",
          "secrets",
          "automountServiceAccountToken",
          "serviceAccountToken",
          "tokenExpirationSeconds",
          "kubernetes.credentials.dir");

  private SecretNames() {}

  /** Whether there may be such a name in a text. */
  static boolean mayBeIn(String text) {
    return HINT.matcher(text).find();
  }

  static boolean isOne(String name) {
    return !HARMLESS.contains(name) && NAME.matcher(name).matches();
  }
}
