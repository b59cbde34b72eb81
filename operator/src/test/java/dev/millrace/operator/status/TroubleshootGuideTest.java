package dev.millrace.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.rebalance.MovePlan;
import dev.millrace.operator.roll.RollDecision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever a status may say for a reason, the guide has something to say of it. */
class TroubleshootGuideTest {
  private static final Path GUIDE = Path.of("../docs/troubleshoot.md");
  private static final Path SOURCES = Path.of("src/main/java/dev/millrace/operator/status");

  /** Two words at least, run together: what reasons, predicates and types of conditions are. */
  private static final Pattern NAME = Pattern.compile("\"([A-Z][a-z]+(?:[A-Z][a-z]+)+)\"");

  /** Of a cluster that nobody has looked at, and of one that is well or at work. */
  private static final Set<String> NO_TROUBLE =
      Set.of("NotReconciled", "NotStalled", "AddingBrokers", "RemovingBrokers");

  @Test
  void theGuideKnowsEveryReason() throws IOException {
    var reasons = new TreeSet<String>();
    for (var file : new String[] {"Verdicts.java", "Rows.java", "Texts.java", "PageCaches.java"}) {
      NAME.matcher(Files.readString(SOURCES.resolve(file)))
          .results()
          .map(found -> found.group(1))
          .forEach(reasons::add);
    }
    Arrays.stream(RollDecision.Predicate.values()).map(one -> one.value()).forEach(reasons::add);
    Arrays.stream(MovePlan.Predicate.values()).map(one -> one.value()).forEach(reasons::add);
    reasons.removeAll(NO_TROUBLE);

    assertThat(reasons).hasSizeGreaterThan(30);
    assertThat(Files.readString(GUIDE)).contains(reasons);
  }
}
