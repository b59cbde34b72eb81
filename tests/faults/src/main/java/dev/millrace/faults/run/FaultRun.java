package dev.millrace.faults.run;

import dev.millrace.faults.check.Rule;
import dev.millrace.faults.check.Verdict;
import dev.millrace.faults.fault.Fault;
import dev.millrace.faults.fault.FaultPlan;
import dev.millrace.faults.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A workload, one fault after the other, and the verdict. Used once, by one thread. */
final class FaultRun {
  private static final Duration RECOVERY = Duration.ofMinutes(4);

  private final Stage stage;
  private final FaultPlan plan;
  private final Duration length;
  private final Verdict verdict = new Verdict();
  private final List<Occurrence> occurrences = new ArrayList<>();

  FaultRun(Stage stage, FaultPlan plan, Duration length) {
    this.stage = stage;
    this.plan = plan;
    this.length = length;
  }

  /** Runs; true if nothing was violated. */
  boolean run() throws InterruptedException {
    try (Workload workload = stage.startWorkload()) {
      long end = System.nanoTime() + length.toNanos();
      while (System.nanoTime() - end < 0) {
        stage.sleep(plan.pause());
        happen(plan.next(), workload);
      }
      stage.injector().healAll();
      workload.stopProducers();
      recover("in the end");
      stage.journal().report("\n" + Report.faults(occurrences));
      return stage.judge(workload, verdict);
    }
  }

  private void happen(Fault fault, Workload workload) throws InterruptedException {
    long errors = workload.errors().total("producer");
    long begin = System.nanoTime();
    try {
      stage.injector().inject(fault);
    } catch (IllegalStateException e) {
      stage.journal().say("could not " + fault.kind().text() + ": " + e.getMessage());
    }
    long over = System.nanoTime();
    recover("after " + fault);
    long well = System.nanoTime();
    List<Long> stalls = workload.clock().longestGaps(begin, well);
    long met = workload.errors().total("producer") - errors;
    occurrences.add(new Occurrence(fault.kind(), Duration.ofNanos(well - over), stalls, met));
    stage
        .journal()
        .say(
            "well again after %d ms, stalls ms p50/max %s, %d producer errors"
                .formatted(
                    TimeUnit.NANOSECONDS.toMillis(well - over), Spread.ofNanos(stalls), met));
  }

  private void recover(String when) throws InterruptedException {
    List<String> ills = stage.health().await(RECOVERY);
    verdict.examined(Rule.NOT_RECOVERED, 1);
    if (!ills.isEmpty()) {
      verdict.violated(Rule.NOT_RECOVERED, "%s, after %s: %s", when, RECOVERY, ills);
      stage.journal().say("not well " + when + ": " + ills);
      stage.collect("not-recovered");
    }
  }
}
