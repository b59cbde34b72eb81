package dev.millrace.broker.api;

import org.jspecify.annotations.Nullable;

/** Whether clients may write now. Asked for each partition of each request: must be quick. */
@FunctionalInterface
public interface WriteGate {
  /** Why not, for people; null if they may. */
  @Nullable String refusal();
}
