package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one pod, on a thread of its own, until it is told to stop. The pod's status in the API
 * follows what its processes do.
 */
final class PodRunner {
  private static final Logger LOG = LoggerFactory.getLogger(PodRunner.class);
  private static final Duration TICK = Duration.ofMillis(100);
  private static final int GONE = 404;

  private final KubernetesClient client;
  private final Pod pod;
  private final NodeSettings settings;
  private final VolumeMounts mounts;
  private final PodAddresses addresses;
  private final HttpClient http;
  private final PodEvents events;
  private final List<ContainerRunner> containers = new ArrayList<>();
  private final Map<String, Transition> transitions = new LinkedHashMap<>();
  private final Thread thread;

  private volatile @Nullable Duration stopWithin;
  private volatile boolean deleteAfter;
  private @Nullable PodStatus reported;
  private String address = "";

  private record Transition(String status, String at) {}

  PodRunner(
      KubernetesClient client,
      Pod pod,
      NodeSettings settings,
      VolumeMounts mounts,
      PodAddresses addresses,
      HttpClient http,
      PodEvents events) {
    this.client = client;
    this.pod = pod;
    this.settings = settings;
    this.mounts = mounts;
    this.addresses = addresses;
    this.http = http;
    this.events = events;
    this.thread =
        Thread.ofVirtual().name("pod-" + pod.getMetadata().getName()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Stops the processes and then takes the pod out of the API. */
  void delete(Duration grace) {
    deleteAfter = true;
    stopWithin = grace;
  }

  /** Stops the processes and leaves the pod where it is. */
  void stop(Duration grace) {
    stopWithin = grace;
  }

  void join() throws InterruptedException {
    thread.join();
  }

  private void run() {
    try {
      prepare();
      while (stopWithin == null) {
        Instant now = Instant.now();
        for (ContainerRunner container : containers) {
          container.tick(now);
        }
        report(now);
        Thread.sleep(TICK);
      }
      for (ContainerRunner container : containers) {
        container.stop(Objects.requireNonNull(stopWithin));
      }
      report(Instant.now());
      if (deleteAfter) {
        client.resource(pod).withGracePeriod(0).delete();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | KubernetesClientException e) {
      LOG.atError()
          .addKeyValue("pod", pod.getMetadata().getName())
          .addKeyValue("error", e)
          .log("Pod cannot run");
      events.warning(pod, "FailedCreatePodSandBox", String.valueOf(e.getMessage()));
    } finally {
      addresses.release(address);
    }
  }

  private void prepare() throws IOException {
    var meta = pod.getMetadata();
    Path directory = settings.podDirectory(meta.getNamespace(), meta.getName());
    Files.createDirectories(directory);
    for (var container : pod.getSpec().getContainers()) {
      LocalProcess.endLeftover(directory.resolve(container.getName() + ".pid"));
    }
    List<Integer> ports =
        pod.getSpec().getContainers().stream()
            .flatMap(container -> container.getPorts().stream())
            .map(ContainerPort::getContainerPort)
            .toList();
    address = addresses.take(directory.resolve("address"), ports);
    for (var container : pod.getSpec().getContainers()) {
      containers.add(new ContainerRunner(pod, container, address, settings, mounts, http, events));
    }
  }

  private void report(Instant now) {
    PodStatus status = status(now);
    if (status.equals(reported)) {
      return;
    }
    try {
      // By name, which reads the pod first: the copy here is as old as this runner.
      client
          .pods()
          .inNamespace(pod.getMetadata().getNamespace())
          .withName(pod.getMetadata().getName())
          .editStatus(latest -> isThisPod(latest) ? with(latest, status) : latest);
      reported = status;
    } catch (KubernetesClientException e) {
      // Gone, or the API does not answer: said again with the next tick.
      LOG.atDebug().setCause(e).log("Status not reported");
      if (e.getCode() == GONE) {
        reported = status;
      }
    }
  }

  private boolean isThisPod(Pod latest) {
    return latest.getMetadata().getUid().equals(pod.getMetadata().getUid());
  }

  private static Pod with(Pod pod, PodStatus status) {
    return new PodBuilder(pod).withStatus(status).build();
  }

  private PodStatus status(Instant now) {
    boolean running = containers.stream().anyMatch(ContainerRunner::running);
    boolean ready = !containers.isEmpty() && containers.stream().allMatch(ContainerRunner::ready);
    String since = Objects.toString(pod.getMetadata().getCreationTimestamp(), time(now));
    boolean wasRunning = reported != null && "Running".equals(reported.getPhase());
    return new PodStatusBuilder()
        .withPhase(running || wasRunning ? "Running" : "Pending")
        .withPodIP(address)
        .addNewPodIP(address)
        .withHostIP("127.0.0.1")
        .withStartTime(since)
        .withConditions(
            condition("PodScheduled", true, now),
            condition("Initialized", true, now),
            condition("ContainersReady", ready, now),
            condition("Ready", ready, now))
        .withContainerStatuses(containers.stream().map(ContainerRunner::status).toList())
        .withQosClass("Burstable")
        .build();
  }

  private PodCondition condition(String type, boolean is, Instant now) {
    String status = is ? "True" : "False";
    Transition last = transitions.get(type);
    if (last == null || !last.status().equals(status)) {
      last = new Transition(status, time(now));
      transitions.put(type, last);
    }
    return new PodConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(is ? null : "ContainersNotReady")
        .withLastTransitionTime(last.at())
        .build();
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
