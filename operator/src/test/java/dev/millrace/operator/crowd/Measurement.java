package dev.millrace.operator.crowd;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * What an operator took for one size of a crowd.
 *
 * @param created from the first LogCluster's creation until all were stable
 * @param restarted from the start of the process until every status was current again by its own
 *     passes, all specs having changed while it was down
 * @param startWrites until then, but for the Lease
 * @param startMost resident at the most until then, in KiB
 * @param resident in KiB, after the steady time
 * @param most resident at the most, in KiB, of the whole life of the process
 * @param proportional in KiB, with pages that are shared counted in part
 * @param cpuPerMinute CPU seconds a minute in the steady time
 * @param writes in the steady time, but for the Lease
 * @param questions that brokers answered a second in the steady time
 */
record Measurement(
    int clusters,
    Duration created,
    Duration restarted,
    Map<String, Integer> startWrites,
    long startMost,
    long resident,
    long most,
    long proportional,
    double cpuPerMinute,
    Map<String, Integer> writes,
    double questions) {
  private static final Duration DEADLINE = Duration.ofMinutes(15);
  private static final Duration CALM = Duration.ofSeconds(10);
  private static final int KIB = 1024;

  /** Measures a crowd that is grown to this size. */
  static Measurement of(Crowd crowd, int clusters, Duration steady, List<String> options)
      throws IOException, InterruptedException {
    Duration created;
    try (var operator = crowd.operate(options)) {
      awaitReady(operator);
      long begun = System.nanoTime();
      crowd.grow(clusters);
      awaitSettled(crowd, operator);
      created = Duration.ofNanos(System.nanoTime() - begun);
    }
    crowd.change();
    var written = crowd.writes();
    try (var operator = crowd.operate(options)) {
      awaitSettled(crowd, operator);
      var restarted = operator.age();
      var startWrites = difference(written, crowd.writes());
      long startMost = operator.kilobytes("VmHWM");
      // What the last changes set off comes to rest first.
      Thread.sleep(CALM);
      var before = crowd.writes();
      double cpu = operator.cpuSeconds();
      long asked = crowd.answered();
      long begun = System.nanoTime();
      Thread.sleep(steady);
      double seconds = (System.nanoTime() - begun) / 1e9;
      return new Measurement(
          clusters,
          created,
          restarted,
          startWrites,
          startMost,
          operator.kilobytes("VmRSS"),
          operator.kilobytes("VmHWM"),
          operator.proportionalKilobytes(),
          (operator.cpuSeconds() - cpu) * 60 / seconds,
          difference(before, crowd.writes()),
          (crowd.answered() - asked) / seconds);
    }
  }

  private static void awaitReady(OperatorProcess operator) {
    Awaitility.await()
        .atMost(DEADLINE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> alive(operator) && operator.get("/readyz").startsWith("ok"));
  }

  private static void awaitSettled(Crowd crowd, OperatorProcess operator) {
    Awaitility.await()
        .atMost(DEADLINE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> alive(operator) && crowd.settled() == crowd.size());
  }

  private static boolean alive(OperatorProcess operator) {
    if (!operator.alive()) {
      throw new IllegalStateException("The operator ended: see its log");
    }
    return true;
  }

  /** Who is the chosen one says so all the time; that is what the Lease is for. */
  private static Map<String, Integer> difference(
      Map<String, Integer> before, Map<String, Integer> after) {
    var more = new TreeMap<String, Integer>();
    after.forEach(
        (write, times) -> {
          int now = times - before.getOrDefault(write, 0);
          if (now > 0 && !write.endsWith(" leases")) {
            more.put(write, now);
          }
        });
    return more;
  }

  /** The head of the table. */
  static String head() {
    return """
        | clusters | brokers | created, all stable | started, all current | API writes until then | resident at most until then | resident | at most | PSS | CPU-s a minute | questions a second | API writes |
        |---|---|---|---|---|---|---|---|---|---|---|---|
        """;
  }

  /** Its row. */
  String row() {
    return String.format(
        Locale.ROOT,
        "| %,d | %,d | %.1f s | %.1f s | %,d | %d MiB | %d MiB | %d MiB | %d MiB | %.1f | %,.0f | %s |%n",
        clusters,
        3 * clusters,
        created.toMillis() / 1e3,
        restarted.toMillis() / 1e3,
        startWrites.values().stream().mapToInt(Integer::intValue).sum(),
        startMost / KIB,
        resident / KIB,
        most / KIB,
        proportional / KIB,
        cpuPerMinute,
        questions,
        writes.isEmpty() ? "0" : writes.toString());
  }
}
