package dev.millrace.local.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Writes the file with which kubectl finds a local API. */
public final class Kubeconfig {
  private Kubeconfig() {}

  public static String text(String url, Identity identity) throws IOException {
    String authority =
        Base64.getEncoder().encodeToString(Files.readAllBytes(identity.certificate()));
    return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: millrace-local
          cluster:
            server: %s
            certificate-authority-data: %s
        users:
        - name: millrace-local
          user:
            token: %s
        contexts:
        - name: millrace-local
          context:
            cluster: millrace-local
            user: millrace-local
            namespace: default
        current-context: millrace-local
        """
        .formatted(url, authority, identity.token());
  }

  public static void write(Path file, String url, Identity identity) throws IOException {
    Files.write(file, text(url, identity).getBytes(StandardCharsets.UTF_8));
  }
}
