package dev.millrace.local;

import dev.millrace.local.api.EmbeddedApi;
import dev.millrace.local.api.store.Journal;
import dev.millrace.local.real.Binaries;
import dev.millrace.local.real.RealApi;
import dev.millrace.local.tls.Identity;
import dev.millrace.local.tls.Kubeconfig;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code deploy/local/up}. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "A Millrace cluster on this machine: no Kubernetes, no Docker, no root.")
public final class Up implements Callable<Integer> {
  private static final Duration READY_WITHIN = Duration.ofMinutes(5);
  private static final int PREFERRED_PORT = 18443;

  @Option(
      names = "--data",
      defaultValue = ".millrace",
      description = "Where all data is kept; the next run finds it (default: ${DEFAULT-VALUE}).")
  private Path data = Path.of(".millrace");

  @Option(names = "--once", description = "End after the records, with 0 if all went well.")
  private boolean once;

  @Option(
      names = "--api",
      defaultValue = "auto",
      description =
          "auto, embedded or real: auto takes kube-apiserver and etcd where KUBEBUILDER_ASSETS or"
              + " ~/.kubeapitest has them (default: ${DEFAULT-VALUE}).")
  private String apiKind = "auto";

  @Option(
      names = "--records",
      defaultValue = "1000000",
      description = "How many records to send through (default: ${DEFAULT-VALUE}).")
  private long records;

  @Option(
      names = "--record-size",
      defaultValue = "100",
      description = "Bytes of each record (default: ${DEFAULT-VALUE}).")
  private int recordSize;

  @Option(names = "--file", description = "The LogCluster to apply instead of the quickstart's.")
  private @Nullable Path file;

  @Option(
      names = "--broker-java",
      hidden = true,
      description = "What to start brokers with in place of this java.")
  private @Nullable Path brokerJava;

  @Option(
      names = "--broker-arguments",
      hidden = true,
      description =
          "A file of java's arguments that make it a broker, in place of this class path.")
  private @Nullable Path brokerArguments;

  private final Progress progress = new Progress(System.out, System::nanoTime);
  private final CountDownLatch ended = new CountDownLatch(1);

  public static void main(String[] args) {
    System.exit(new CommandLine(new Up()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  awaitEnd();
                }));
    try (DataDirectory directory = DataDirectory.open(data)) {
      return run(directory, stop);
    } catch (IOException e) {
      System.err.println("up: " + e.getMessage());
      return 1;
    } finally {
      ended.countDown();
    }
  }

  private void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int run(DataDirectory directory, CountDownLatch stop)
      throws IOException, GeneralSecurityException, InterruptedException {
    boolean again = Files.exists(directory.resolve("kubeconfig"));
    progress.step((again ? "Found data in " : "Data goes to ") + directory.path());
    Identity identity = Identity.in(directory.resolve("tls"));
    LocalApi api = api(directory, identity);
    Path kubeconfig = directory.resolve("kubeconfig");
    Kubeconfig.write(kubeconfig, api.url(), identity);
    progress.step("Kubernetes API (" + api.description() + ") at " + api.url());
    try (LocalCluster cluster =
        LocalCluster.start(api, identity, directory.path(), brokers(), progress)) {
      boolean ok = tour(cluster, identity, api, stop);
      if (!once && stop.getCount() > 0) {
        usage(kubeconfig, cluster, ok);
        stop.await();
      }
      progress.step("Stopping the brokers");
      return ok ? 0 : 1;
    } finally {
      progress.step("Stopped; data is kept in " + directory.path());
    }
  }

  private BrokerProgram brokers() {
    BrokerProgram own = BrokerProgram.own();
    return new BrokerProgram(
        brokerJava == null ? own.java() : brokerJava,
        brokerArguments == null ? own.arguments() : List.of("@" + brokerArguments));
  }

  private LocalApi api(DataDirectory directory, Identity identity)
      throws IOException, GeneralSecurityException, InterruptedException {
    Optional<Binaries> binaries =
        apiKind.equals("embedded")
            ? Optional.empty()
            : Binaries.find(System.getenv(), Path.of(System.getProperty("user.home")));
    if (binaries.isPresent()) {
      return RealApi.start(binaries.get(), directory.resolve("api"), identity, PREFERRED_PORT);
    } else if (apiKind.equals("real")) {
      throw new IOException(
          "no kube-apiserver and etcd in KUBEBUILDER_ASSETS or ~/.kubeapitest/k8s");
    }
    return EmbeddedApi.start(
        Journal.at(directory.resolve("api.journal")),
        identity.serverContext(),
        identity.token(),
        (namespace, pod) ->
            directory.path().resolve("logs").resolve(namespace + "_" + pod + ".log"),
        PREFERRED_PORT);
  }

  /** Applies the cluster, waits for it, sends the records through. Says what it does. */
  private boolean tour(LocalCluster cluster, Identity identity, LocalApi api, CountDownLatch stop)
      throws IOException, InterruptedException, GeneralSecurityException {
    KubernetesClient client = cluster.client();
    String name;
    try (InputStream yaml =
        file == null
            ? LocalCluster.resource("/dev/millrace/local/quickstart.yaml")
            : Files.newInputStream(file)) {
      var wanted = client.load(yaml).items().getFirst();
      client
          .resource(wanted)
          .inNamespace("default")
          .fieldManager("up")
          .forceConflicts()
          .serverSideApply();
      name = wanted.getMetadata().getName();
    }
    progress.step("LogCluster " + name + " applied");
    List<Pod> pods = new Readiness(client, progress).await(name, READY_WITHIN, stop);
    if (pods.isEmpty()) {
      client
          .pods()
          .inNamespace("default")
          .withLabel("millrace.dev/cluster", name)
          .list()
          .getItems()
          .forEach(pod -> progress.line("see " + cluster.log(pod.getMetadata().getName())));
      return false;
    }
    String bootstrap =
        pods.stream()
            .map(pod -> pod.getStatus().getPodIP() + ":9092")
            .collect(Collectors.joining(","));
    progress.step("Brokers at " + bootstrap);
    boolean ok = sendRecords(bootstrap);
    progress.line("");
    progress.line("$ kubectl get logclusters");
    new TablePrinter(api.url(), identity)
        .lines("/apis/millrace.dev/v1beta1/namespaces/default/logclusters")
        .forEach(progress::line);
    progress.line("");
    return ok;
  }

  private boolean sendRecords(String bootstrap) throws InterruptedException {
    RecordRun run =
        new RecordRun(bootstrap, records, recordSize, System.currentTimeMillis(), System::nanoTime);
    try {
      long before = run.prepare();
      if (before > 0) {
        progress.step(String.format("Found %,d records of earlier runs", before));
      }
      progress.step("Produced " + run.produce().text());
      progress.step(
          "Consumed " + run.consume().text() + "; counted, in order, checksum " + run.checksum());
      return true;
    } catch (RecordRun.FailedException | KafkaException e) {
      progress.step("FAILED: " + e.getMessage() + reason(e.getCause()));
      return false;
    }
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "" : ": " + Objects.toString(cause.getMessage(), cause.toString());
  }

  private void usage(Path kubeconfig, LocalCluster cluster, boolean ok) {
    progress.line(
        """
        %s An ordinary kubectl works on it:

          export KUBECONFIG=%s
          kubectl get logclusters,pods,pvc -o wide
          kubectl scale logcluster/events --replicas=4
          kubectl edit logcluster events

        Logs are in %s. Ctrl-C stops it; the next run finds its data.
        """
            .formatted(
                ok ? "The cluster is up." : "The cluster stays up, though not all went well.",
                kubeconfig,
                cluster.log("x").getParent()));
  }
}
