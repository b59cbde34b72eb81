package dev.millrace.operator.crowd;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.api.ApiServer;
import dev.millrace.operator.api.Crds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Clusters of three brokers on an API server of their own, and what an operator needs to be started
 * beside them under the rights that it is deployed with.
 */
final class Crowd implements AutoCloseable {
  private static final int BROKERS = 3;
  private static final int WRITERS = 8;
  private static final long TOKEN_SECONDS = 6 * 3600;

  private final Deployed deployed = new Deployed();
  private final Path folder;
  private final List<String> namespaces;
  private final Audit audit;
  private final ApiServer server;
  private final KubernetesClient admin;
  private final PlayedAnswers answers = new PlayedAnswers();
  private final PlayedKubernetes kubernetes;
  private final SharedIndexInformer<LogCluster> clusters;
  private final Set<String> settled = ConcurrentHashMap.newKeySet();
  private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
  private int count;
  private int changes;

  /**
   * Starts with no cluster.
   *
   * @param namespaces that clusters are spread over; 1 is the one that the Deployment watches
   * @param folder for logs and credentials
   */
  Crowd(Path assets, int namespaces, Path folder) throws IOException {
    this.folder = folder;
    this.namespaces =
        namespaces == 1
            ? List.of(deployed.environment().get("MILLRACE_WATCH_NAMESPACES"))
            : IntStream.range(0, namespaces).mapToObj(number -> "crowd-" + number).toList();
    audit =
        new Audit(
            folder,
            "system:serviceaccount:%s:%s".formatted(deployed.namespace(), deployed.account()));
    server = ApiServer.start(assets, audit.flags());
    admin = new KubernetesClientBuilder().withConfig(server.config()).build();
    Crds.install(admin);
    grant();
    Files.writeString(folder.resolve("kubeconfig"), kubeconfig());
    kubernetes = new PlayedKubernetes(server.config(), answers);
    clusters = admin.resources(LogCluster.class).inAnyNamespace().inform(new Noting());
  }

  private void grant() throws IOException {
    for (var file : Deployed.ownRights()) {
      apply(file, object -> {});
    }
    for (var namespace : namespaces) {
      if (admin.namespaces().withName(namespace).get() == null) {
        admin
            .resource(
                new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
            .create();
      }
      for (var file : Deployed.watchRights()) {
        apply(file, object -> object.getMetadata().setNamespace(namespace));
      }
    }
  }

  private void apply(Path file, java.util.function.Consumer<HasMetadata> change)
      throws IOException {
    for (var object : admin.load(Files.newInputStream(file)).items()) {
      change.accept(object);
      admin.resource(object).create();
    }
  }

  /** How the operator reaches the API server: as its account, with a token as a pod has it. */
  private String kubeconfig() {
    var token =
        admin
            .serviceAccounts()
            .inNamespace(deployed.namespace())
            .withName(deployed.account())
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(TOKEN_SECONDS)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    return """
        apiVersion: v1
        kind: Config
        current-context: crowd
        contexts: [{name: crowd, context: {cluster: crowd, user: operator, namespace: %s}}]
        clusters: [{name: crowd, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
        users: [{name: operator, user: {token: "%s"}}]
        """
        .formatted(deployed.namespace(), server.config().getMasterUrl(), token);
  }

  /** Starts an operator with these options after those that it is deployed with. */
  OperatorProcess operate(List<String> options) throws IOException {
    var environment = new HashMap<String, String>();
    environment.put("KUBECONFIG", folder.resolve("kubeconfig").toString());
    environment.put("POD_NAME", "millrace-operator-" + System.nanoTime());
    environment.put("POD_NAMESPACE", deployed.namespace());
    environment.put("MILLRACE_WATCH_NAMESPACES", String.join(",", namespaces));
    return new OperatorProcess(deployed, environment, options, folder.resolve("operator.log"));
  }

  /** Grows to so many clusters. */
  void grow(int to) {
    all(
        IntStream.range(count, to)
            .<Runnable>mapToObj(number -> () -> admin.resource(cluster(number)).create())
            .toList());
    count = to;
  }

  private LogCluster cluster(int number) {
    return Serialization.unmarshal(
        """
        ---
        {apiVersion: millrace.dev/v1beta1, kind: LogCluster,
         metadata: {name: %s, namespace: %s, labels: {team: shop}},
         spec: {brokers: %d, memory: 1Gi, cpu: 500m, storage: {size: 100Gi},
          config: {num.io.threads: 4}}}"""
            .formatted(name(number), namespace(number), BROKERS),
        LogCluster.class);
  }

  private static String name(int number) {
    return "events-%03d".formatted(number);
  }

  private String namespace(int number) {
    return namespaces.get(number % namespaces.size());
  }

  /** Changes every spec in what restarts nobody, so that each status has to follow. */
  void change() {
    changes++;
    settled.clear();
    var patch = "{\"spec\":{\"rebalance\":{\"throttle\":\"%dMi\"}}}".formatted(50 + changes);
    all(
        IntStream.range(0, count)
            .<Runnable>mapToObj(
                number ->
                    () ->
                        admin
                            .resources(LogCluster.class)
                            .inNamespace(namespace(number))
                            .withName(name(number))
                            .patch(PatchContext.of(PatchType.JSON_MERGE), patch))
            .toList());
  }

  private void all(List<Runnable> tasks) {
    var running = tasks.stream().map(writers::submit).toList();
    for (Future<?> task : running) {
      try {
        task.get();
      } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** How many clusters there are. */
  int size() {
    return count;
  }

  /** How many of them are stable by a status of their present generation. */
  int settled() {
    return settled.size();
  }

  /** Writes of operators so far. */
  Map<String, Integer> writes() throws IOException {
    return audit.writes();
  }

  /** Questions that brokers have answered. */
  long answered() {
    return answers.answered();
  }

  Deployed deployed() {
    return deployed;
  }

  @Override
  public void close() throws IOException {
    writers.shutdownNow();
    clusters.close();
    kubernetes.close();
    answers.close();
    admin.close();
    server.close();
  }

  /** Notes which clusters are as they should be. */
  private final class Noting implements ResourceEventHandler<LogCluster> {
    @Override
    public void onAdd(LogCluster cluster) {
      note(cluster);
    }

    @Override
    public void onUpdate(LogCluster before, LogCluster cluster) {
      note(cluster);
    }

    @Override
    public void onDelete(LogCluster cluster, boolean unknown) {
      settled.remove(cluster.getMetadata().getUid());
    }

    private void note(LogCluster cluster) {
      var uid = cluster.getMetadata().getUid();
      if (current(cluster)) {
        settled.add(uid);
      } else {
        settled.remove(uid);
      }
    }

    private boolean current(LogCluster cluster) {
      var status = cluster.getStatus();
      return status != null
          && cluster.getMetadata().getGeneration().equals(status.observedGeneration())
          && status.conditions() != null
          && status.conditions().stream()
              .anyMatch(
                  condition ->
                      "Stable".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }
  }
}
