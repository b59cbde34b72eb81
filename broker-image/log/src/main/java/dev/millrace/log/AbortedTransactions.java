package dev.millrace.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.apache.kafka.storage.internals.log.TxnIndexSearchResult;

/** Kafka's index of aborted transactions, across segments. */
final class AbortedTransactions {
  private AbortedTransactions() {}

  static AbortedTxn of(CompletedTxn transaction, long lastStableOffset) {
    return new AbortedTxn()
        .setProducerId(transaction.producerId())
        .setFirstOffset(transaction.firstOffset())
        .setLastOffset(transaction.lastOffset())
        .setLastStableOffset(lastStableOffset);
  }

  /**
   * Those with records in the range; a transaction may be indexed in a later segment than its
   * records are in.
   */
  static List<AbortedTxn> between(Segments segments, long from, long toExclusive)
      throws IOException {
    List<AbortedTxn> found = new ArrayList<>();
    for (Segment segment : segments.from(from)) {
      TransactionIndex index = segment.transactionsIfAny();
      if (index != null) {
        TxnIndexSearchResult result = index.collectAbortedTxns(from, toExclusive);
        found.addAll(result.abortedTransactions());
        if (result.isComplete()) {
          break;
        }
      }
    }
    return found;
  }
}
