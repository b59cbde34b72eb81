package dev.millrace.faults.run;

import dev.millrace.e2e.Installation;
import dev.millrace.faults.check.Rule;
import dev.millrace.faults.check.Verdict;
import dev.millrace.faults.cluster.Arena;
import dev.millrace.faults.cluster.BrokerId;
import dev.millrace.faults.cluster.BrokerPod;
import dev.millrace.faults.cluster.OtherVersion;
import dev.millrace.faults.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What those do who run a cluster, one after the other under load: changes of settings and memory,
 * restarts, nodes that are drained, brokers that come and go, and an operator that is killed in the
 * middle of it. Then the verdict. Used once, by one thread.
 */
final class DayTwoRun {
  /** Brokers that come and go. */
  static final int SPARE = 2;

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Stage stage;
  private final Arena arena;
  private final Installation installation;
  private final Verdict verdict = new Verdict();
  private final List<String> table = new ArrayList<>();

  /** Something that is done, and is over when the cluster is stable. */
  private interface Act {
    void run() throws InterruptedException;
  }

  DayTwoRun(Stage stage, Installation installation) {
    this.stage = stage;
    this.installation = installation;
    this.arena = stage.arena();
  }

  /** Runs; true if nothing was violated. */
  boolean run() throws InterruptedException {
    int few = arena.brokers();
    int many = few + SPARE;
    String image = arena.brokerImage();
    String other = OtherVersion.load(installation, image);
    try (Workload workload = stage.startWorkload()) {
      act(
          workload,
          "change a setting",
          () -> arena.patch("{\"spec\":{\"config\":{\"connections.max.idle.ms\":590000}}}"));
      act(
          workload,
          "change a default of topics",
          () -> {
            Set<String> before = containers();
            arena.patch("{\"spec\":{\"config\":{\"log.roll.hours\":100}}}");
            arena.awaitStable(LIMIT);
            until("nobody has restarted for that", () -> containers().equals(before));
          });
      act(workload, "a version that is none", this::wrongVersion);
      act(workload, "a setting that is none", this::wrongSetting);
      act(workload, "another version, newer metadata", () -> upgrade(other));
      act(workload, "an operator of that version", () -> operatorOf(other));
      act(workload, "the one before, when approved", () -> approve(image));
      act(workload, "only looked at, and paused", this::lookedAt);
      act(
          workload,
          "roll and drain at once",
          () -> {
            arena.patch("{\"spec\":{\"config\":{\"connections.max.idle.ms\":580000}}}");
            arena.drain(arena.nodes().getFirst());
          });
      for (String node : arena.nodes()) {
        act(workload, "drain " + node, () -> arena.drain(node));
      }
      act(
          workload,
          "scale out, operator killed",
          () -> {
            scale(many);
            await("Rebalancing");
            arena.killOperator();
          });
      act(
          workload,
          "scale in, and back",
          () -> {
            scale(few);
            await("emptying");
            scale(many);
          });
      act(
          workload,
          "scale in, operator killed",
          () -> {
            scale(few);
            await("emptying");
            arena.killOperator();
          });
      act(workload, "a pool takes over, and back", () -> poolTakesOver(few));
      act(
          workload,
          "a topic comes, grows, goes",
          () -> {
            arena.applyTopic("audit", 3);
            arena.applyTopic("audit", 6);
            arena.deleteTopic("audit");
          });
      act(
          workload,
          "one broker's own setting",
          () ->
              restarted(
                  1,
                  () ->
                      arena.patch(
                          "{\"spec\":{\"overrides\":[{\"broker\":1,\"config\":{\"num.io.threads\":3}}]}}")));
      act(workload, "larger volumes, operator killed", this::largerVolumes);
      act(workload, "more memory", this::moreMemory);
      act(workload, "less memory", () -> arena.patch("{\"spec\":{\"memory\":\"512Mi\"}}"));
      act(
          workload,
          "one broker marked for a restart",
          () -> restarted(1, () -> arena.markForRestart(new BrokerId(2))));
      act(
          workload,
          "all marked for a restart",
          () -> restarted(few, () -> arena.annotate("millrace.dev/restart=now")));
      act(workload, "rollout restart", () -> restarted(few, arena::restartAll));
      workload.stopProducers();
      stage.journal().report("\n" + String.join("", table));
      return stage.judge(workload, verdict);
    }
  }

  /** It stops at the first pod, and goes back from there. */
  private void wrongVersion() throws InterruptedException {
    Set<String> before = containers();
    arena.patch("{\"spec\":{\"version\":\"0.0.0-none\"}}");
    await("ImagePull");
    arena.patch("{\"spec\":{\"version\":null}}");
    arena.awaitStable(LIMIT);
    requireOneRestarted(before);
  }

  private void requireOneRestarted(Set<String> before) {
    if (restartedSince(before) > 1) {
      throw new IllegalStateException("what keeps a broker from starting took more than one");
    }
  }

  /** How many of those that there were are other processes by now, or gone. */
  private long restartedSince(Set<String> before) {
    return before.size() - containers().stream().filter(before::contains).count();
  }

  private void requireSame(Set<String> before, String what) {
    if (!containers().equals(before)) {
      throw new IllegalStateException(what);
    }
  }

  /** The same; and whoever ends by itself meanwhile comes back with what it has run with. */
  private void wrongSetting() throws InterruptedException {
    Set<String> before = containers();
    arena.patch("{\"spec\":{\"config\":{\"num.io.threads\":\"many\"}}}");
    await("CrashLoopBackOff");
    requireOneRestarted(before);
    BrokerPod other =
        arena.pods().stream()
            .filter(pod -> before.contains(pod.container()))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("nobody is as before"));
    arena.process(new BrokerId(other.id())).kill();
    until("who was killed serves again", () -> arena.restartedAndReady(other));
    arena.patch("{\"spec\":{\"config\":{\"num.io.threads\":null}}}");
  }

  /** Every broker runs it in the end, and only then the metadata is of the newer format. */
  private void upgrade(String image) throws InterruptedException {
    arena.patch(
        "{\"spec\":{\"version\":\"%s\",\"metadataVersion\":\"4.4\"}}"
            .formatted(OtherVersion.VERSION));
    until("the newer format", () -> arena.metadataVersion().startsWith("4.4-"));
    if (!allRun(image)) {
      throw new IllegalStateException("newer metadata before all brokers were");
    }
  }

  /** It takes over with what there is: nobody restarts. */
  private void operatorOf(String image) throws InterruptedException {
    Set<String> before = containers();
    arena.replaceOperator(image);
    arena.patch("{\"spec\":{\"version\":null}}");
    arena.awaitStable(LIMIT);
    requireSame(before, "an operator with the same brokers restarted some");
    if (!allRun(image)) {
      throw new IllegalStateException("brokers are not of the operator's image");
    }
  }

  /** An operator that has others for them says so, and waits for whoever allows it. */
  private void approve(String image) throws InterruptedException {
    Set<String> before = containers();
    arena.replaceOperator(image);
    until("it waits", () -> arena.waitsFor().equals("NotAsked"));
    requireSame(before, "another operator restarted brokers");
    arena.annotate("millrace.dev/renew=now");
    until("every broker is of the image that was approved", () -> allRun(image));
  }

  private boolean allRun(String image) {
    return arena.pods().stream().allMatch(pod -> pod.image().equals(image));
  }

  /** What would be done is told and not done, and what is paused waits. */
  private void lookedAt() throws InterruptedException {
    Set<String> before = containers();
    arena.annotate("millrace.dev/plan=true");
    arena.patch("{\"spec\":{\"config\":{\"connections.max.idle.ms\":585000}}}");
    until("the plan names the setting", () -> arena.plan().contains("connections.max.idle.ms"));
    arena.annotate("millrace.dev/paused=true");
    arena.annotate("millrace.dev/plan-");
    await("Paused");
    requireSame(before, "what was only looked at was done");
    arena.annotate("millrace.dev/paused-");
    until("it is done", () -> containers().stream().noneMatch(before::contains));
  }

  /** Every broker is another one then, twice; the operator dies on the way. */
  private void poolTakesOver(int brokers) throws InterruptedException {
    arena.patch(
        "{\"spec\":{\"brokers\":0,\"pools\":[{\"name\":\"next\",\"firstId\":1000,\"brokers\":%d}]}}"
            .formatted(brokers));
    await("emptying");
    arena.killOperator();
    arena.awaitStable(LIMIT);
    if (!arena.pods().stream().allMatch(pod -> pod.id() >= 1000)) {
      throw new IllegalStateException("others than the pool's brokers are there");
    }
    arena.patch("{\"spec\":{\"brokers\":%d,\"pools\":null}}".formatted(brokers));
    await("emptying");
    arena.awaitStable(LIMIT);
    if (!arena.pods().stream().allMatch(pod -> pod.id() < brokers)) {
      throw new IllegalStateException("brokers of the pool are there");
    }
  }

  /** So many brokers are other processes then, and no more. */
  private void restarted(int count, Runnable request) throws InterruptedException {
    Set<String> before = containers();
    request.run();
    until(count + " brokers are other processes", () -> restartedSince(before) == count);
    arena.awaitStable(LIMIT);
    if (restartedSince(before) != count) {
      throw new IllegalStateException("more than " + count + " brokers have restarted");
    }
  }

  /** Claims that grow, with an operator that has just asked for it; nobody restarts. */
  private void largerVolumes() throws InterruptedException {
    Set<String> before = containers();
    arena.patch("{\"spec\":{\"storage\":{\"size\":\"3Gi\"}}}");
    until("the growth has begun", () -> arena.claims().contains("3Gi"));
    arena.killOperator();
    until("all claims are larger", () -> Set.copyOf(arena.claims()).equals(Set.of("3Gi")));
    arena.awaitStable(LIMIT);
    requireSame(before, "larger volumes took a restart");
  }

  /** Given while they run. */
  private void moreMemory() throws InterruptedException {
    Set<String> before = containers();
    arena.patch("{\"spec\":{\"memory\":\"640Mi\"}}");
    arena.awaitStable(LIMIT);
    requireSame(before, "more memory took a restart");
  }

  private void scale(int brokers) {
    arena.patch("{\"spec\":{\"brokers\":%d}}".formatted(brokers));
  }

  private Set<String> containers() {
    return arena.pods().stream().map(BrokerPod::container).collect(Collectors.toSet());
  }

  private void await(String word) throws InterruptedException {
    until("the status tells of " + word, () -> arena.message().contains(word));
  }

  private interface Condition {
    boolean holds();
  }

  private void until(String what, Condition condition) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("in vain: " + what + "; " + arena.message());
      }
      stage.sleep(LOOK);
    }
  }

  /** A look that failed has not shown it. */
  private static boolean holds(Condition condition) {
    try {
      return condition.holds();
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private void act(Workload workload, String name, Act act) throws InterruptedException {
    long errors = workload.errors().total("producer");
    long begin = System.nanoTime();
    String trouble = "";
    try {
      act.run();
      arena.awaitStable(LIMIT);
    } catch (IllegalStateException e) {
      trouble = String.valueOf(e.getMessage());
    }
    List<String> ills = stage.health().await(LIMIT);
    long end = System.nanoTime();
    verdict.examined(Rule.NOT_RECOVERED, 1);
    if (!trouble.isEmpty() || !ills.isEmpty()) {
      verdict.violated(Rule.NOT_RECOVERED, "%s: %s %s", name, trouble, ills);
      stage.collect("not-recovered");
    }
    List<Long> stalls = workload.clock().longestGaps(begin, end);
    String row =
        "%-32s %4d s   longest stall ms p50/max %-12s   %d producer errors%n"
            .formatted(
                name,
                TimeUnit.NANOSECONDS.toSeconds(end - begin),
                Spread.ofNanos(stalls),
                workload.errors().total("producer") - errors);
    table.add(row);
    stage.journal().say(row.strip());
  }
}
