package dev.millrace.faults.run;

import dev.millrace.faults.check.Verdict;
import dev.millrace.faults.cluster.BrokerId;
import dev.millrace.faults.workload.AckClock;
import dev.millrace.faults.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * How long a steady producer waits on a planned restart: each pod is deleted as one who plans it
 * does, when all are in sync. Used once, by one thread.
 */
final class RestartMeasurement {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Stage stage;
  private final int rounds;

  RestartMeasurement(Stage stage, int rounds) {
    this.stage = stage;
    this.rounds = rounds;
  }

  /** Runs; false if the cluster did not come back, or anything was violated. */
  boolean run() throws InterruptedException {
    List<Long> all = new ArrayList<>();
    try (Workload workload = stage.startWorkload()) {
      for (int time = 0; time < rounds * stage.arena().brokers(); time++) {
        stage.sleep(Duration.ofSeconds(5));
        BrokerId broker = new BrokerId(time % stage.arena().brokers());
        List<Integer> led = stage.led(broker);
        long begin = System.nanoTime();
        stage.arena().delete(broker, false);
        List<String> ills = stage.health().await(LIMIT);
        List<Long> stalls = workload.clock().longestGaps(begin, System.nanoTime());
        stage
            .journal()
            .say(
                "restarted %s: longest stall ms p50/max %s, of the %d that it led %s; %s"
                    .formatted(
                        broker,
                        Spread.ofNanos(stalls),
                        led.size(),
                        Spread.ofNanos(led.stream().map(stalls::get).toList()),
                        ills));
        stage.journal().say("the longest: " + gapsOf(longest(stalls), workload.clock(), begin));
        if (!ills.isEmpty()) {
          stage.collect("not-recovered");
          return false;
        }
        all.addAll(stalls);
      }
      stage
          .journal()
          .report(
              "planned restarts, %d of them, %d stalls: longest ms p50 %d, worst %d%n"
                  .formatted(
                      rounds * stage.arena().brokers(),
                      all.size(),
                      Spread.ofNanos(all).median(),
                      Spread.ofNanos(all).worst()));
      return stage.judge(workload, new Verdict());
    }
  }

  private static int longest(List<Long> stalls) {
    return stalls.indexOf(Collections.max(stalls));
  }

  /** When after the pod's deletion which gaps began: a handover, a return, or something else. */
  private static String gapsOf(int partition, AckClock clock, long begin) {
    return clock.gapsSince(partition, begin).stream()
        .map(
            gap ->
                "%d ms at +%d"
                    .formatted(
                        TimeUnit.NANOSECONDS.toMillis(gap.length()),
                        TimeUnit.NANOSECONDS.toMillis(gap.from() - begin)))
        .collect(Collectors.joining(", "));
  }
}
