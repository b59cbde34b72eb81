package dev.millrace.e2e;

import dev.millrace.launch.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Kubernetes cluster that a script starts on this machine. Started here if it is not running, and
 * left running: who starts the tests ends it, so that one look at a failed run stays possible.
 *
 * @param script the program; knows {@code up}, {@code load}, {@code kubeconfig}, {@code bin}, and
 *     for faults {@code cut}, {@code mend}, {@code kill}, {@code boot} and {@code collect}
 * @param work a folder for the output of its runs
 */
public record TestCluster(Path script, Path work) {

  /** The environment variable with the script's path. */
  public static final String VARIABLE = "MILLRACE_TEST_CLUSTER";

  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** The cluster that the environment names, if it does. */
  public static Optional<TestCluster> configured(Map<String, String> environment, Path work) {
    return Optional.ofNullable(environment.get(VARIABLE))
        .filter(path -> !path.isBlank())
        .map(path -> new TestCluster(Path.of(path).toAbsolutePath(), work));
  }

  /** Starts it if it does not answer, and waits for its nodes. */
  public void up(int nodes) {
    // Starting what runs would write the configuration of its parts again, at which some of them
    // end.
    if (!answers()) {
      run("up", Integer.toString(nodes));
    }
  }

  private boolean answers() {
    Kubectl kubectl = kubectl("default");
    return Files.isExecutable(kubectl.binary())
        && kubectl.attempt("get", "--raw=/readyz").exitCode() == 0;
  }

  /** Puts an image on every node. */
  public void load(Path archive) {
    run("load", archive.toString());
  }

  /** Cuts a node, or {@code control}, the API server, off the network. */
  public void cut(String name) {
    run("cut", name);
  }

  /** Ends {@link #cut}. */
  public void mend(String name) {
    run("mend", name);
  }

  /** Kills all processes of a node, as if its power were cut. */
  public void kill(String node) {
    run("kill", node);
  }

  /** Brings a killed node back. */
  public void boot(String node) {
    run("boot", node);
  }

  /** Copies logs of components and pods and the state of all objects into a folder. */
  public void collect(Path folder) {
    run("collect", folder.toString());
  }

  /** A client of it. */
  public Kubectl kubectl(String namespace) {
    return new Kubectl(
        Path.of(run("bin")).resolve("kubectl"), Path.of(run("kubeconfig")), namespace, work);
  }

  private String run(String... arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(Arrays.asList(arguments));
    return new Tool(work).run(LIMIT, command).orThrow(String.join(" ", command)).output().strip();
  }
}
