package dev.millrace.faults.run;

import dev.millrace.faults.check.Verdict;
import dev.millrace.faults.cluster.BrokerId;
import dev.millrace.faults.cluster.ContainerProcess;
import dev.millrace.faults.cluster.StatusWatch;
import dev.millrace.faults.workload.AckClock;
import dev.millrace.faults.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long producers wait when a broker is killed: SIGKILL of one after the other, each time when
 * all are in sync, and the time until a record sent after it is acknowledged, for every partition
 * that the broker led. Used once, by one thread.
 */
final class KillMeasurement {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Stage stage;
  private final int times;
  private final List<Long> waits = new ArrayList<>();
  private final List<Long> worst = new ArrayList<>();
  private final List<Long> told = new ArrayList<>();

  KillMeasurement(Stage stage, int times) {
    this.stage = stage;
    this.times = times;
  }

  /** Runs; false if the cluster or produces did not come back, or anything was violated. */
  boolean run() throws InterruptedException {
    try (Workload workload = stage.startWorkload();
        StatusWatch status = stage.arena().watchStatus()) {
      for (int time = 0; time < times; time++) {
        stage.sleep(Duration.ofSeconds(3));
        if (!kill(new BrokerId(time % stage.arena().brokers()), workload, status)) {
          return false;
        }
      }
      stage
          .journal()
          .report(
              "SIGKILL to next acknowledged produce, %d kills, %d partitions led: ms p50 %d, worst %d; of the slowest partition of each kill: p50 %d%n"
                  .formatted(
                      times,
                      waits.size(),
                      Spread.ofNanos(waits).median(),
                      Spread.ofNanos(waits).worst(),
                      Spread.ofNanos(worst).median()));
      stage
          .journal()
          .report(
              "SIGKILL to a status that tells of under-replicated partitions: ms p50 %d, worst %d%n"
                  .formatted(Spread.ofNanos(told).median(), Spread.ofNanos(told).worst()));
      return stage.judge(workload, new Verdict());
    }
  }

  private boolean kill(BrokerId broker, Workload workload, StatusWatch status)
      throws InterruptedException {
    AckClock clock = workload.clock();
    ContainerProcess process = stage.arena().process(broker);
    List<Integer> led = stage.led(broker);
    process.kill();
    long killed = System.nanoTime();
    clock.arm(killed);
    status.arm(killed);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (status.sinceArmed() < 0
        || led.stream().anyMatch(partition -> clock.sinceArmed(partition) < 0)) {
      if (System.nanoTime() - deadline > 0) {
        stage
            .journal()
            .say(
                "partitions of "
                    + broker
                    + " without an acknowledgement, or a status that does not tell, after "
                    + LIMIT);
        stage.collect("no-failover");
        return false;
      }
      stage.sleep(Duration.ofMillis(20));
    }
    List<Long> times = led.stream().map(clock::sinceArmed).toList();
    waits.addAll(times);
    times.stream().max(Long::compare).ifPresent(worst::add);
    told.add(status.sinceArmed());
    stage
        .journal()
        .say(
            "killed %s, which led %d: ms p50/max %s; the status told of it after %d"
                .formatted(
                    broker,
                    led.size(),
                    Spread.ofNanos(times),
                    TimeUnit.NANOSECONDS.toMillis(status.sinceArmed())));
    long over = System.nanoTime();
    List<String> ills = stage.health().await(LIMIT);
    stage
        .journal()
        .say(
            "in sync after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - over)
                + " ms "
                + ills);
    if (!ills.isEmpty()) {
      stage.collect("not-recovered");
    }
    return ills.isEmpty();
  }
}
