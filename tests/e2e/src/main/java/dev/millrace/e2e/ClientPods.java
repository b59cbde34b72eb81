package dev.millrace.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Runs Kafka's tools as pods under restricted Pod Security, each to its end.
 *
 * <p>Limits: output is read from the pod's log, so both of a program's streams come as one.
 */
public final class ClientPods {

  private static final String LIMIT = "--timeout=4m";
  private static final String PACKAGE = "org.apache.kafka.tools.";

  private final Kubectl kubectl;
  private final AtomicInteger count = new AtomicInteger();

  /** Pods in the namespace of {@code kubectl}. */
  public ClientPods(Kubectl kubectl) {
    this.kubectl = kubectl;
  }

  /** {@code kafka-topics} and so on: the class that the script of that name starts. */
  public enum Program {
    TOPICS(PACKAGE + "TopicCommand"),
    CONFIGS("kafka.admin.ConfigCommand"),
    GROUPS(PACKAGE + "consumer.group.ConsumerGroupCommand"),
    CONSOLE_PRODUCER(PACKAGE + "ConsoleProducer"),
    CONSOLE_CONSUMER(PACKAGE + "consumer.ConsoleConsumer"),
    PRODUCER_PERF(PACKAGE + "ProducerPerformance"),
    CONSUMER_PERF(PACKAGE + "ConsumerPerformance"),
    OFFSETS(PACKAGE + "GetOffsetShell");

    private final String mainClass;

    Program(String mainClass) {
      this.mainClass = mainClass;
    }
  }

  /**
   * Runs a program; returns what it printed.
   *
   * @throws IllegalStateException if it failed, with what it printed
   */
  public String run(Program program, String... arguments) {
    return run("", program, arguments);
  }

  /** Runs a program that reads {@code input}; the same otherwise. */
  public String runWith(String input, Program program, String... arguments) {
    return run(input, program, arguments);
  }

  /** The log is read at the end: attaching misses what a quick program prints before. */
  private String run(String input, Program program, String... arguments) {
    String name =
        "client-" + count.incrementAndGet() + "-" + program.name().toLowerCase().replace('_', '-');
    kubectl.apply(pod(name, program, arguments, !input.isEmpty())).orThrow("making pod " + name);
    try {
      if (!input.isEmpty()) {
        kubectl.run("wait", "pod/" + name, "--for=condition=Ready", LIMIT);
        kubectl.attemptWith(input, "attach", "--stdin", name).orThrow("writing to " + name);
      }
      kubectl.run(
          "wait",
          "pod/" + name,
          "--for=jsonpath={.status.containerStatuses[0].state.terminated.finishedAt}",
          LIMIT);
      String output = kubectl.run("logs", name);
      String code =
          kubectl.run(
              "get",
              "pod",
              name,
              "-o=jsonpath={.status.containerStatuses[0].state.terminated.exitCode}");
      if (!code.equals("0")) {
        throw new IllegalStateException(
            program + " " + String.join(" ", arguments) + " ended with " + code + ":\n" + output);
      }
      return output;
    } finally {
      kubectl.attempt("delete", "pod", name, "--wait=false", "--grace-period=1");
    }
  }

  private static String pod(String name, Program program, String[] arguments, boolean stdin) {
    List<String> all = new ArrayList<>(List.of(program.mainClass));
    all.addAll(Arrays.asList(arguments));
    String args =
        all.stream()
            .map(arg -> '"' + arg.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
            .collect(Collectors.joining(", "));
    return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 1
          securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
          volumes: [{name: tmp, emptyDir: {}}]
          containers:
          - name: client
            image: %s
            imagePullPolicy: IfNotPresent
            args: [%s]
            stdin: %s
            stdinOnce: %s
            volumeMounts: [{name: tmp, mountPath: /tmp}]
            securityContext:
              allowPrivilegeEscalation: false
              readOnlyRootFilesystem: true
              capabilities: {drop: [ALL]}
        """
        .formatted(name, ToolsImage.NAME, args, stdin, stdin);
  }
}
