package dev.millrace.local.node;

import dev.millrace.local.node.ProbeRunner.Verdict;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container as a local process: started, probed, started again with growing pauses when it
 * ends. One thread, that of its pod.
 */
final class ContainerRunner {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /** Who has run so long starts over with short pauses. */
  private static final Duration HEALTHY_RUN = Duration.ofMinutes(10);

  private final Pod pod;
  private final Container container;
  private final String address;
  private final NodeSettings settings;
  private final VolumeMounts mounts;
  private final HttpClient http;
  private final PodEvents events;

  private @Nullable LocalProcess process;
  private @Nullable ProbeRunner startup;
  private @Nullable ProbeRunner readiness;
  private @Nullable ProbeRunner liveness;
  private boolean started;
  private boolean ready;
  private int restarts;
  private Instant startAt = Instant.EPOCH;
  private Duration pause = Duration.ZERO;
  private String waiting = "ContainerCreating";
  private String waitingMessage = "";
  private @Nullable Integer lastExit;
  private Instant lastStart = Instant.EPOCH;
  private Instant lastEnd = Instant.EPOCH;

  ContainerRunner(
      Pod pod,
      Container container,
      String address,
      NodeSettings settings,
      VolumeMounts mounts,
      HttpClient http,
      PodEvents events) {
    this.pod = pod;
    this.container = container;
    this.address = address;
    this.settings = settings;
    this.mounts = mounts;
    this.http = http;
    this.events = events;
  }

  boolean ready() {
    return ready;
  }

  boolean running() {
    return process != null;
  }

  /** Does what is due now. */
  void tick(Instant now) throws InterruptedException {
    LocalProcess current = process;
    if (current == null) {
      if (!now.isBefore(startAt)) {
        start(now);
      }
    } else if (!current.alive()) {
      ended(current, now);
    } else {
      probe(current, now);
    }
  }

  void stop(Duration grace) throws InterruptedException {
    LocalProcess current = process;
    if (current != null) {
      events.normal(pod, "Killing", "Stopping container " + container.getName());
      current.stop(grace);
      process = null;
      ready = false;
    }
  }

  private void start(Instant now) {
    try {
      PathMap paths = mounts.mount(pod, container);
      Map<String, String> environment =
          ContainerEnvironment.of(pod, container, address, settings.baseEnvironment(), paths);
      List<String> command = command(paths, environment);
      String namespace = pod.getMetadata().getNamespace();
      String name = pod.getMetadata().getName();
      Path directory = settings.podDirectory(namespace, name);
      process =
          LocalProcess.start(
              command,
              environment,
              directory,
              settings.log(namespace, name),
              directory.resolve(container.getName() + ".pid"));
      startup = probe(container.getStartupProbe(), now);
      readiness = probe(container.getReadinessProbe(), now);
      liveness = probe(container.getLivenessProbe(), now);
      started = startup == null;
      ready = started && readiness == null;
      lastStart = now;
      events.normal(pod, "Started", "Started container " + container.getName());
    } catch (IOException | IllegalArgumentException | KubernetesClientException e) {
      waiting = "CreateContainerError";
      waitingMessage = String.valueOf(e.getMessage());
      startAt = now.plus(FIRST_PAUSE);
    }
  }

  private List<String> command(PathMap paths, Map<String, String> environment) throws IOException {
    List<String> jvmOptions = new ArrayList<>();
    paths.directoryOf("/tmp").ifPresent(tmp -> jvmOptions.add("-Djava.io.tmpdir=" + tmp));
    List<String> command = new ArrayList<>();
    if (container.getCommand().isEmpty()) {
      command.addAll(
          settings
              .programs()
              .command(container.getImage(), jvmOptions)
              .orElseThrow(
                  () ->
                      new IOException(
                          "no local program stands for image " + container.getImage())));
    }
    for (List<String> words : List.of(container.getCommand(), container.getArgs())) {
      for (String word : words) {
        command.add(paths.translate(ContainerEnvironment.expand(word, environment)));
      }
    }
    return command;
  }

  private @Nullable ProbeRunner probe(@Nullable Probe probe, Instant now) {
    return probe == null ? null : new ProbeRunner(http, probe, container, address, now);
  }

  private void probe(LocalProcess current, Instant now) throws InterruptedException {
    if (!started && startup != null) {
      switch (startup.ask(now)) {
        case PASSED -> started = true;
        case FAILED -> kill(current, "Startup", startup.complaint());
        case UNDECIDED -> {}
      }
      return;
    }
    if (readiness == null) {
      ready = true;
    } else {
      Verdict verdict = readiness.ask(now);
      if (verdict == Verdict.FAILED && ready) {
        events.warning(pod, "Unhealthy", "Readiness probe failed: " + readiness.complaint());
      }
      ready = verdict == Verdict.UNDECIDED ? ready : verdict == Verdict.PASSED;
    }
    if (liveness != null && liveness.ask(now) == Verdict.FAILED) {
      kill(current, "Liveness", liveness.complaint());
    }
  }

  private void kill(LocalProcess current, String probe, String complaint)
      throws InterruptedException {
    events.warning(pod, "Unhealthy", probe + " probe failed: " + complaint);
    Long grace = pod.getSpec().getTerminationGracePeriodSeconds();
    current.stop(Duration.ofSeconds(grace == null ? 30 : grace));
  }

  private void ended(LocalProcess current, Instant now) {
    current.forget();
    process = null;
    ready = false;
    lastExit = current.exitCode();
    lastEnd = now;
    restarts++;
    Duration ran = Duration.between(current.started(), now);
    if (pause.isZero() || ran.compareTo(HEALTHY_RUN) > 0) {
      pause = FIRST_PAUSE;
    } else {
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }
    startAt = now.plus(pause);
    waiting = "CrashLoopBackOff";
    waitingMessage = "exit code " + lastExit + "; starts again in " + pause.toSeconds() + " s";
    events.warning(
        pod,
        "BackOff",
        "Container "
            + container.getName()
            + " ended with code "
            + lastExit
            + "; starts again in "
            + pause.toSeconds()
            + " s");
  }

  ContainerStatus status() {
    ContainerStatusBuilder status =
        new ContainerStatusBuilder()
            .withName(container.getName())
            .withImage(container.getImage())
            .withImageID(container.getImage())
            .withReady(ready)
            .withStarted(started && process != null)
            .withRestartCount(restarts);
    LocalProcess current = process;
    if (current != null) {
      status
          .withContainerID("process://" + current.id())
          .withNewState()
          .withNewRunning()
          .withStartedAt(time(lastStart))
          .endRunning()
          .endState();
    } else {
      status
          .withNewState()
          .withNewWaiting()
          .withReason(waiting)
          .withMessage(waitingMessage.isEmpty() ? null : waitingMessage)
          .endWaiting()
          .endState();
    }
    if (lastExit != null) {
      status
          .withNewLastState()
          .withNewTerminated()
          .withExitCode(lastExit)
          .withReason(lastExit == 0 ? "Completed" : "Error")
          .withStartedAt(time(lastStart))
          .withFinishedAt(time(lastEnd))
          .endTerminated()
          .endLastState();
    }
    return status.build();
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
