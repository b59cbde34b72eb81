package dev.millrace.operator.crowd;

import dev.millrace.operator.api.ApiServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** Measures what an operator takes for how many clusters, and prints it as a table. */
public final class CrowdMain {
  private static final String USAGE =
      """
      Measures the operator with many LogClusters on a real API server.
        --clusters N[,N...]   sizes, each grown from the one before (default 1,100,500)
        --steady SECONDS      how long nothing happens while it is watched (default 300)
        --namespaces N        that clusters are spread over (default 1)
        --jvm OPTION          an option of the operator's JVM after those of its Deployment; may be repeated
        --folder FOLDER       for logs; kept (default target/crowd)
      KUBEBUILDER_ASSETS names the folder with kube-apiserver and etcd.
      """;

  private CrowdMain() {}

  /** Runs it; the table goes to standard output. */
  public static void main(String[] args) throws IOException, InterruptedException {
    var sizes = List.of(1, 100, 500);
    var steady = Duration.ofMinutes(5);
    int namespaces = 1;
    var options = new java.util.ArrayList<String>();
    var folder = Path.of("target/crowd");
    Deque<String> left = new ArrayDeque<>(Arrays.asList(args));
    while (!left.isEmpty()) {
      switch (left.pop()) {
        case "--clusters" ->
            sizes = Arrays.stream(left.pop().split(",")).map(Integer::valueOf).toList();
        case "--steady" -> steady = Duration.ofSeconds(Long.parseLong(left.pop()));
        case "--namespaces" -> namespaces = Integer.parseInt(left.pop());
        case "--jvm" -> options.add(left.pop());
        case "--folder" -> folder = Path.of(left.pop());
        default -> {
          System.err.print(USAGE);
          System.exit(2);
        }
      }
    }
    var assets = ApiServer.assets();
    if (assets.isEmpty()) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Files.createDirectories(folder);
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (var crowd = new Crowd(assets.orElseThrow(), namespaces, folder.toAbsolutePath())) {
      out.printf(
          "Options: %s %s%s; memory limit %s%n%n",
          String.join(" ", Deployed.imageOptions()),
          crowd.deployed().environment().get("JDK_JAVA_OPTIONS"),
          options.isEmpty() ? "" : " " + String.join(" ", options),
          crowd.deployed().memory());
      out.print(Measurement.head());
      for (int size : sizes) {
        out.print(Measurement.of(crowd, size, steady, options).row());
      }
    }
  }
}
