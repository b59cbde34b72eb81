package dev.millrace.broker.controller.kubernetes;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the Kubernetes API is reached.
 *
 * @param url {@code http://…} or {@code https://…}, without a path
 * @param credentials directory with {@code token} (sent as a bearer token, read again when it
 *     changes) and {@code ca.crt} (what the server's certificate must descend from); each is
 *     optional, as is the directory
 * @param connectTimeout until a connection stands
 * @param requestTimeout until a whole answer is there; a write that takes longer has an unknown
 *     outcome
 */
public record KubeAccess(
    URI url, Optional<Path> credentials, Duration connectTimeout, Duration requestTimeout) {
  public KubeAccess {
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      throw new IllegalArgumentException(
          "kubernetes.url must begin with http:// or https://, not " + url);
    }
  }

  public static KubeAccess of(URI url, Optional<Path> credentials) {
    return new KubeAccess(url, credentials, Duration.ofSeconds(3), Duration.ofSeconds(5));
  }
}
