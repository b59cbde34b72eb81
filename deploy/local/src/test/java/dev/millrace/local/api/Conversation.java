package dev.millrace.local.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The same commands for any API, and what they print but for what is new each time. */
final class Conversation {
  private static final String GOOD =
      """
      apiVersion: millrace.dev/v1beta1
      kind: LogCluster
      metadata: {name: NAME}
      spec:
        brokers: BROKERS
        memory: MEMORY
        storage: {size: SIZE}
      """;

  private final Kubectl kubectl;
  private final Path directory;
  private final StringBuilder transcript = new StringBuilder();

  Conversation(Kubectl kubectl, Path directory) {
    this.kubectl = kubectl;
    this.directory = directory;
  }

  String transcript() throws IOException {
    String good = cluster("events", "3", "1Gi", "100Gi", "");
    say("apply", "-f", good);
    say("apply", "-f", good);
    say("get", "lc");
    say("get", "logclusters", "-o", "wide");
    say("get", "logclusters.millrace.dev", "events", "-o", "name");
    say("get", "lc", "events", "-o", "jsonpath={.spec}");
    say("get", "lc", "nothing");
    say("scale", "lc/events", "--replicas=5");
    say("get", "lc", "events", "-o", "jsonpath={.metadata.generation} {.spec.brokers}");
    say("apply", "-f", cluster("small", "3", "64Mi", "1Gi", ""));
    say("apply", "-f", cluster("none", "0", "1Gi", "1Gi", ""));
    say("apply", "-f", cluster("text", "three", "1Gi", "1Gi", ""));
    say("apply", "-f", cluster("odd", "3", "1Gi", "1Gi", "  brokrs: 4\n"));
    say("apply", "-f", cluster("Upper", "3", "1Gi", "1Gi", ""));
    say("apply", "-f", cluster("enum", "3", "1Gi", "{size: 1Gi, whenDeleted: Keep}", ""));
    say("apply", "-f", cluster("events", "5", "1Gi", "50Gi", ""));
    say("patch", "lc", "events", "--type=merge", "-p", "{\"spec\":{\"storage\":null}}");
    say(
        "patch",
        "lc",
        "events",
        "--type=json",
        "-p",
        "[{\"op\":\"replace\",\"path\":\"/spec/brokers\",\"value\":0}]");
    say("patch", "lc", "events", "--type=strategic", "-p", "{\"spec\":{\"brokers\":1}}");
    say("apply", "--server-side", "-f", cluster("events", "7", "1Gi", "100Gi", ""));
    say(
        "apply",
        "--server-side",
        "--force-conflicts",
        "-f",
        cluster("events", "7", "1Gi", "100Gi", ""));
    say("label", "lc", "events", "team=a");
    say("get", "lc", "-l", "team=a", "-o", "name");
    say("get", "lc", "-l", "team!=a", "-o", "name");
    say("annotate", "lc", "events", "note=x");
    say("describe", "lc", "events");
    say("explain", "lc.spec.brokers");
    say("explain", "lc.spec.storage");
    String settings =
        Files.writeString(
                directory.resolve("settings.yaml"),
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: b}}")
            .toString();
    say("create", "-f", settings);
    say("create", "-f", settings);
    say("get", "configmaps", "settings");
    say("describe", "configmap", "settings");
    say("apply", "-f", cluster("wide", "1", "1Gi", "1Gi", "  defaults: {replicationFactor: 3}\n"));
    say("delete", "configmap", "settings", "--wait=false");
    say("create", "-f", good);
    say("delete", "lc", "events");
    say("delete", "lc", "events");
    say("get", "lc");
    return transcript.toString();
  }

  private void say(String... arguments) {
    Kubectl.Result result = kubectl.run(Map.of(), arguments);
    transcript.append("$ kubectl ").append(String.join(" ", List.of(arguments))).append('\n');
    transcript.append(plain(result.output())).append("[").append(result.exitCode()).append("]\n");
  }

  /** Without ages, times, identities and revisions, and without the width that an age gives. */
  private static String plain(String output) {
    return output
        .replaceAll("(?m)(\\s)(\\d+m)?\\d+s$", "$1AGE")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "TIME")
        .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "UID")
        .replaceAll("Resource Version: +\\d+", "Resource Version: N");
  }

  private String cluster(String name, String brokers, String memory, String size, String more)
      throws IOException {
    String storage = size.startsWith("{") ? size : "{size: " + size + "}";
    String text =
        GOOD.replace("NAME", name)
                .replace("BROKERS", brokers)
                .replace("MEMORY", memory)
                .replace("{size: SIZE}", storage)
            + more;
    return Files.writeString(directory.resolve(name + ".yaml"), text).toString();
  }
}
