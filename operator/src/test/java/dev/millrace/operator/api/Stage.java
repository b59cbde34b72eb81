package dev.millrace.operator.api;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogTopic;
import dev.millrace.crds.LogTopicStatus;
import dev.millrace.operator.OperatorClient;
import dev.millrace.operator.StagedOperator;
import dev.millrace.operator.metrics.ApiWrites;
import dev.millrace.operator.rebalance.PlayedReplicas;
import dev.millrace.operator.reconcile.BrokerCalls;
import dev.millrace.operator.reconcile.Zones;
import dev.millrace.operator.scale.BrokerRegistry;
import dev.millrace.operator.topic.PlayedTopics;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A namespace with the operator at work in it under the very rights that it is deployed with, and
 * with played brokers.
 */
final class Stage implements AutoCloseable {
  private static final Path ROLE = Path.of("../deploy/watch/base/role.yaml");
  private static final Path ZONES = Path.of("../deploy/zones");
  private static final int NODES = 3;
  private static final String ACCOUNT = "millrace-operator";
  private static final String IMAGE = "millrace.dev/broker:0.1.0";

  private final String namespace;
  private final KubernetesClient admin;
  private final KubernetesClient own;
  private final Writes writes = new Writes();
  private final ApiWrites counted = new ApiWrites();
  private final PlayedReplicas replicas = new PlayedReplicas();
  private final PlayedTopics topics = new PlayedTopics();
  private final PlayedBrokers brokers = new PlayedBrokers(replicas);
  private final PlayedController controller;
  private final PlayedSettings settings = new PlayedSettings();
  private final List<Integer> unregistered = new CopyOnWriteArrayList<>();
  private final Map<String, List<LogClusterStatus>> told = new ConcurrentHashMap<>();
  private final Watch statuses;
  private volatile @Nullable WatcherException ended;
  private StagedOperator operator;

  Stage(ApiServer api) throws IOException {
    this(api, false);
  }

  /** With nodes that have zones and may be read, or without either. */
  Stage(ApiServer api, boolean zones) throws IOException {
    admin = new KubernetesClientBuilder().withConfig(api.config()).build();
    Crds.install(admin);
    namespace =
        admin
            .namespaces()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withGenerateName("stage-")
                    .endMetadata()
                    .build())
            .create()
            .getMetadata()
            .getName();
    grant();
    if (zones) {
      grantZones();
      IntStream.range(0, NODES).forEach(this::makeNode);
    }
    var config =
        new ConfigBuilder(api.config())
            .withImpersonateUsername("system:serviceaccount:%s:%s".formatted(namespace, ACCOUNT))
            .withNamespace(namespace)
            .build();
    own =
        OperatorClient.builder()
            .withConfig(config)
            .withHttpClientBuilderConsumer(
                builder ->
                    builder
                        .addOrReplaceInterceptor("writes", writes)
                        .addOrReplaceInterceptor(ApiWrites.NAME, counted))
            .build();
    statuses = admin.resources(LogCluster.class).inNamespace(namespace).watch(new Noting());
    controller = new PlayedController(admin, namespace, brokers);
    if (zones) {
      // Whoever asks for a right learns a moment later that it was given.
      eventually().until(() -> Zones.allowed(own));
    }
    operator = operator(IMAGE);
  }

  private void grant() throws IOException {
    for (var object : admin.load(Files.newInputStream(ROLE)).items()) {
      object.getMetadata().setNamespace(namespace);
      admin.resource(object).create();
    }
    admin
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(ACCOUNT)
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", ACCOUNT)
                .addNewSubject()
                .withKind("ServiceAccount")
                .withName(ACCOUNT)
                .withNamespace(namespace)
                .endSubject()
                .build())
        .create();
  }

  private StagedOperator operator(String image) {
    return new StagedOperator(
        own,
        namespace,
        new BrokerCalls(new NotingRegistry(), any -> replicas.open(), settings, topics::open),
        image,
        counted);
  }

  /** The operator is gone at once, and one like it takes over. */
  void replaceOperator() {
    operator.close();
    writes.revive();
    operator = operator(IMAGE);
  }

  /** A storage class whose volumes grow. */
  String growingClass() {
    var name = namespace + "-growing";
    admin
        .resource(
            new StorageClassBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withProvisioner("millrace.dev/played")
                .withAllowVolumeExpansion(true)
                .build())
        .create();
    return name;
  }

  /** Another operator takes over, one that has this image for brokers. */
  void upgradeOperator(String image) {
    operator.close();
    operator = operator(image);
  }

  private void grantZones() throws IOException {
    try (var files = Files.list(ZONES)) {
      for (var file :
          files.filter(file -> file.getFileName().toString().startsWith("cluster")).toList()) {
        for (var object : admin.load(Files.newInputStream(file)).items()) {
          object.getMetadata().setName(namespace);
          if (object instanceof ClusterRoleBinding binding) {
            binding.getRoleRef().setName(namespace);
            binding.getSubjects().getFirst().setNamespace(namespace);
          }
          admin.resource(object).create();
        }
      }
    }
  }

  private void makeNode(int id) {
    admin
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(PlayedController.node(namespace, id))
                .addToLabels("topology.kubernetes.io/zone", "zone-" + id)
                .addToLabels("rack", "rack-" + id)
                .endMetadata()
                .build())
        .create();
  }

  KubernetesClient admin() {
    return admin;
  }

  String namespace() {
    return namespace;
  }

  PlayedBrokers brokers() {
    return brokers;
  }

  /** Pods made so far. */
  int podsMade() {
    return controller.made();
  }

  /** The pods that were to restart, in that order; one that may not go yet is asked for again. */
  List<String> evicted() {
    return writes.seen().stream()
        .filter(write -> write.contains("/pods/"))
        .map(write -> write.replaceAll(".*/pods/", ""))
        .distinct()
        .toList();
  }

  PlayedReplicas replicas() {
    return replicas;
  }

  PlayedSettings settings() {
    return settings;
  }

  PlayedTopics topics() {
    return topics;
  }

  Writes writes() {
    return writes;
  }

  StagedOperator operator() {
    return operator;
  }

  List<Integer> unregistered() {
    return unregistered;
  }

  /** Applies YAML as {@code kubectl apply --server-side} does, unknown fields refused. */
  void apply(String yaml) {
    var object = Serialization.unmarshal("---\n" + yaml, GenericKubernetesResource.class);
    object.getMetadata().setNamespace(namespace);
    admin
        .resource(object)
        .fieldValidation(Validation.STRICT)
        .fieldManager("user")
        .forceConflicts()
        .serverSideApply();
  }

  Resource<LogCluster> cluster(String name) {
    return admin.resources(LogCluster.class).inNamespace(namespace).withName(name);
  }

  Optional<LogClusterStatus> status(String name) {
    return Optional.ofNullable(cluster(name).get()).map(LogCluster::getStatus);
  }

  /** The statuses that a cluster has had. */
  List<LogClusterStatus> told(String name) {
    return told.computeIfAbsent(name, any -> new CopyOnWriteArrayList<>());
  }

  /** The first status as wanted from the one on that there is now, however short it lasts. */
  LogClusterStatus await(String name, Predicate<LogClusterStatus> wanted) {
    var statuses = told(name);
    int from = Math.max(0, statuses.size() - 1);
    eventually()
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              assertThat(ended).as("the end of the watch").isNull();
              assertThat(statuses.stream().skip(from)).anyMatch(wanted);
            });
    return statuses.stream().skip(from).filter(wanted).findFirst().orElseThrow();
  }

  Resource<LogTopic> topic(String name) {
    return admin.resources(LogTopic.class).inNamespace(namespace).withName(name);
  }

  /** The status of a LogTopic once it is as wanted, and of the newest generation. */
  LogTopicStatus awaitTopic(String name, Predicate<LogTopicStatus> wanted) {
    return Objects.requireNonNull(
        eventually()
            .pollInterval(Duration.ofMillis(50))
            .until(
                () -> topic(name).get(),
                found ->
                    found != null
                        && found.getStatus() != null
                        && found
                            .getMetadata()
                            .getGeneration()
                            .equals(found.getStatus().observedGeneration())
                        && wanted.test(found.getStatus()))
            .getStatus());
  }

  /** The same, by the reason of the condition {@code Applied}. */
  LogTopicStatus awaitTopic(String name, String reason) {
    return awaitTopic(name, status -> says(status, "Applied", reason));
  }

  static boolean says(LogTopicStatus status, String type, String reason) {
    return condition(status, type).filter(now -> reason.equals(now.getReason())).isPresent();
  }

  static Optional<Condition> condition(LogTopicStatus status, String type) {
    return Optional.ofNullable(status.conditions()).orElse(List.of()).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  /** Stable, of the newest generation, and each broker has been heard. */
  LogClusterStatus awaitStable(String name) {
    return await(
        name,
        status -> {
          var cluster = Objects.requireNonNull(cluster(name).get());
          return is(status, "Stable", "True")
              && allAnswer(status)
              && cluster.getMetadata().getGeneration().equals(status.observedGeneration());
        });
  }

  private static boolean allAnswer(LogClusterStatus status) {
    return Optional.ofNullable(status.brokerStates()).orElse(List.of()).stream()
        .allMatch(row -> row.state().equals("Running"));
  }

  /** Nothing is written in a time, after as long a one for what was set off before to end. */
  void assertNoWrites(Runnable time) {
    time.run();
    writes.forget();
    double before = metered();
    time.run();
    assertThat(writes.seen()).isEmpty();
    assertThat(metered()).isPositive().isEqualTo(before);
  }

  /** Writes by the operator's own metrics. */
  private double metered() {
    return operator.metrics().entrySet().stream()
        .filter(sample -> sample.getKey().startsWith("millrace_operator_api_writes_total{"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  static boolean is(LogClusterStatus status, String type, String value) {
    return condition(status, type).filter(now -> value.equals(now.getStatus())).isPresent();
  }

  static Optional<Condition> condition(LogClusterStatus status, String type) {
    return Optional.ofNullable(status.conditions()).orElse(List.of()).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  /** The cluster's pods by name, each by what tells it from a successor. */
  Map<String, String> pods() {
    var pods = new TreeMap<String, String>();
    for (Pod pod : admin.pods().inNamespace(namespace).list().getItems()) {
      pods.put(pod.getMetadata().getName(), pod.getMetadata().getUid());
    }
    return pods;
  }

  PlayedController controller() {
    return controller;
  }

  /** How much memory the cluster's pods may use. */
  List<String> limits() {
    return admin.pods().inNamespace(namespace).list().getItems().stream()
        .map(pod -> pod.getSpec().getContainers().getFirst().getResources().getLimits())
        .map(limits -> String.valueOf(limits.get("memory")))
        .toList();
  }

  /** What the cluster's pods run. */
  List<String> images() {
    return admin.pods().inNamespace(namespace).list().getItems().stream()
        .map(pod -> pod.getSpec().getContainers().getFirst().getImage())
        .toList();
  }

  @Override
  public void close() {
    operator.close();
    controller.close();
    statuses.close();
    brokers.close();
    own.close();
    admin.close();
  }

  /** Keeps every status that a cluster gets. */
  private final class Noting implements Watcher<LogCluster> {
    @Override
    public void eventReceived(Action action, LogCluster cluster) {
      if (cluster.getStatus() != null) {
        told(cluster.getMetadata().getName()).add(cluster.getStatus());
      }
    }

    @Override
    public void onClose(@Nullable WatcherException cause) {
      ended = cause;
    }
  }

  /** Plays the brokers' side of an unregistration. */
  private final class NotingRegistry implements BrokerRegistry {
    @Override
    public void unregister(String bootstrap, List<Integer> ids) {
      unregistered.addAll(ids);
      brokers.unregister(ids);
    }

    @Override
    public void close() {}
  }
}
