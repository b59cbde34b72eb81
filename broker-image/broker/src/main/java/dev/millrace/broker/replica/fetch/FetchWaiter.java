package dev.millrace.broker.replica.fetch;

/** A fetch that waits for news. Told by any thread; must not block. */
public interface FetchWaiter {
  /** There may be more to read. */
  void lookSoon();

  /** There is nothing to read, but something to tell: in the next moment, with what else comes. */
  void tellSoon();

  /** There is no point in waiting for more. */
  void answerNow();
}
