package dev.millrace.operator;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long tests wait for what has to come: so long that only a hang takes longer. */
public final class Patience {
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  private Patience() {}

  /** The beginning of a wait. */
  public static ConditionFactory eventually() {
    return Awaitility.await().atMost(DEADLINE);
  }
}
