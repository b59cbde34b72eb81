package dev.millrace.broker.controller;

import java.util.concurrent.CompletableFuture;

/** Finds out whether anybody listens at an address. Implemented above; thread-safe. */
@FunctionalInterface
public interface Probe {
  /** What a try came to. */
  enum Answer {
    /** A connection was made; it is closed again, nothing was said over it. */
    SOMEBODY,
    /** Refused, no way to there, or no answer within a few hundred milliseconds. */
    NOBODY,
    /** The name could not be resolved, which says nothing about who it belongs to. */
    UNKNOWN
  }

  /** Tries once; never fails, never blocks. */
  CompletableFuture<Answer> ask(Endpoint endpoint);
}
