package dev.millrace.broker.replica;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;

/** Reaches the leaders that this broker follows. Thread-safe, never blocks. */
public interface LeaderChannel {
  /**
   * A leader's answer.
   *
   * @param data refers to the bytes received
   * @param release gives them back; to be called once, when no record is needed any more
   */
  record Fetched(FetchResponseData data, Runnable release) {}

  /**
   * Fetches once, without a retry.
   *
   * @return completes exceptionally where the leader's address is unknown, or it does not answer in
   *     time
   */
  CompletableFuture<Fetched> fetch(int leaderId, FetchRequestData request);

  /** Connects to a broker ahead of the first fetch, which then need not wait for that. */
  void reach(int brokerId);

  /** Has the leader answer a fetch at once that may be waiting there. */
  void hurry(int leaderId);
}
