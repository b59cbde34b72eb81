package dev.millrace.broker.api;

import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * What one fetch wants in all.
 *
 * @param minBytes answered as soon as there is this much
 * @param maxBytes of records in the answer; exceeded only where the first batch is larger
 * @param maxWaitMs answered after this, whatever there is
 * @param readCommitted whether undecided transactions hide what is behind them
 */
record FetchLimits(int minBytes, int maxBytes, int maxWaitMs, boolean readCommitted) {
  static FetchLimits of(FetchRequest request, int brokerMaxBytes) {
    int maxBytes = Math.max(0, Math.min(request.maxBytes(), brokerMaxBytes));
    return new FetchLimits(
        Math.min(request.minBytes(), maxBytes),
        maxBytes,
        request.maxWait(),
        request.isolationLevel() == IsolationLevel.READ_COMMITTED);
  }
}
