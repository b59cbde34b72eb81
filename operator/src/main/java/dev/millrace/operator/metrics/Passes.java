package dev.millrace.operator.metrics;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Notes every pass of every controller: how many, how long, how many failed, and by resource when
 * the last one was, so that one that is forgotten or hangs is told of. Thread-safe.
 */
public final class Passes implements Metrics {
  /** What takes longer than this, or fails for longer, is stuck; a pass takes moments. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LongSupplier nanos;
  private final Map<String, Controller> controllers = new ConcurrentSkipListMap<>();

  /**
   * Notes by this clock.
   *
   * @param nanos goes forward only
   */
  public Passes(LongSupplier nanos) {
    this.nanos = nanos;
  }

  @Override
  public void reconcileCustomResource(
      HasMetadata resource, @Nullable RetryInfo retryInfo, Map<String, Object> metadata) {
    controller(metadata).track(ResourceID.fromResource(resource)).due(nanos.getAsLong());
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    var controller = controller(execution.controllerName());
    var track = controller.track(execution.resourceID());
    long begun = nanos.getAsLong();
    boolean well = false;
    track.begins(begun);
    try {
      T result = execution.execute();
      well = true;
      return result;
    } finally {
      long now = nanos.getAsLong();
      track.ends(now, well);
      controller.passed(now - begun, well);
    }
  }

  @Override
  public void cleanupDoneFor(ResourceID resource, Map<String, Object> metadata) {
    controller(metadata).tracks.remove(resource);
  }

  private Controller controller(Map<String, Object> metadata) {
    return controller(String.valueOf(metadata.get(Constants.CONTROLLER_NAME)));
  }

  private Controller controller(String name) {
    return controllers.computeIfAbsent(name, any -> new Controller());
  }

  /**
   * Which of these are stuck, the worst first.
   *
   * @param known all that there are; one that no pass has been for counts from now on
   * @param between two passes of one at most
   */
  List<Stuck> stuck(String controller, Collection<ResourceID> known, Duration between) {
    var of = controller(controller);
    long now = nanos.getAsLong();
    return known.stream()
        .flatMap(
            resource -> {
              var track = of.track(resource);
              return track.stuck(now, PATIENCE, between).stream()
                  .map(reason -> new Stuck(resource, reason, track.since(now)));
            })
        .sorted(Comparator.comparing(Stuck::since).reversed())
        .toList();
  }

  /** Tells of them, but for those that are stuck. */
  void tell(Exposition text) {
    text.family(
        "millrace_operator_passes_total",
        "Passes over a resource that have ended, well or not.",
        "counter",
        samples ->
            controllers.forEach((name, of) -> samples.add(of.all.sum(), "controller", name)));
    text.family(
        "millrace_operator_failed_passes_total",
        "Passes that ended with an error; they are tried again.",
        "counter",
        samples ->
            controllers.forEach((name, of) -> samples.add(of.failed.sum(), "controller", name)));
    text.family(
        "millrace_operator_pass_seconds",
        "How long passes took.",
        "histogram",
        samples -> controllers.forEach((name, of) -> of.durations.tell(samples, name)));
    text.family(
        "millrace_operator_passes",
        "Passes that are due and have not begun, and that run.",
        "gauge",
        samples ->
            controllers.forEach(
                (name, of) -> {
                  samples.add(of.count(Track::isWaiting), "controller", name, "state", "waiting");
                  samples.add(of.count(Track::isRunning), "controller", name, "state", "running");
                }));
  }

  /** What is noted of one controller. */
  private final class Controller {
    private final LongAdder all = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Durations durations = new Durations();
    private final Map<ResourceID, Track> tracks = new ConcurrentHashMap<>();

    private Track track(ResourceID resource) {
      return tracks.computeIfAbsent(resource, any -> new Track(nanos.getAsLong()));
    }

    private void passed(long took, boolean well) {
      all.increment();
      durations.add(took);
      if (!well) {
        failed.increment();
      }
    }

    private long count(Predicate<Track> state) {
      return tracks.values().stream().filter(state).count();
    }
  }
}
