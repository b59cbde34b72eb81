package dev.millrace.operator.crowd;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the operator wrote, as the API server's own audit log has it: nobody's word has to be taken
 * for it that nothing was written.
 */
final class Audit {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path policy;
  private final Path log;

  /**
   * An audit of one user's writes.
   *
   * @param folder for its files
   */
  Audit(Path folder, String user) throws IOException {
    policy = folder.resolve("audit.yaml");
    log = folder.resolve("audit.log");
    Files.writeString(
        policy,
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived, ResponseStarted]
        rules:
        # What somebody may do is asked by creating the question.
        - level: None
          resources: [{group: authorization.k8s.io}]
        - level: Metadata
          users: ["%s"]
          verbs: [create, update, patch, delete, deletecollection]
        - level: None
        """
            .formatted(user));
  }

  /** The API server's flags for it. */
  String[] flags() {
    return new String[] {"--audit-policy-file=" + policy, "--audit-log-path=" + log};
  }

  /** Writes so far by verb and resource; the Lease, which is renewed all the time, among them. */
  Map<String, Integer> writes() throws IOException {
    var counts = new TreeMap<String, Integer>();
    if (Files.exists(log)) {
      try (var lines = Files.lines(log)) {
        lines.forEach(line -> counts.merge(write(line), 1, Integer::sum));
      }
    }
    return counts;
  }

  private static String write(String line) {
    try {
      var event = JSON.readTree(line);
      var object = event.path("objectRef");
      var part = object.path("subresource").asText("");
      return event.path("verb").asText()
          + " "
          + object.path("resource").asText()
          + (part.isEmpty() ? "" : "/" + part);
    } catch (IOException e) {
      return "unreadable";
    }
  }
}
