package dev.millrace.broker.controller.kubernetes;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.MetadataLog;

/**
 * A slot with the append that it holds now.
 *
 * @param seq number of the append
 * @param resourceVersion with which exactly this content may be overwritten
 * @param epoch of its last batch
 * @param entry the content
 */
record Slot(long seq, String resourceVersion, int epoch, MetadataLog.Entry entry) {
  /** What is remembered of a slot: all but the payload. */
  record Mark(
      long seq,
      String resourceVersion,
      long baseOffset,
      long nextOffset,
      int epoch,
      Endpoint writer) {}

  Mark mark() {
    return new Mark(
        seq, resourceVersion, entry.baseOffset(), entry.nextOffset(), epoch, entry.writer());
  }
}
