package dev.millrace.broker.controller.file;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/** The batches of a file up to the first one that is not whole or has a wrong checksum. */
final class WholeBatches implements Iterable<MutableRecordBatch> {
  private final List<MutableRecordBatch> batches = new ArrayList<>();

  WholeBatches(MemoryRecords records) {
    try {
      for (MutableRecordBatch batch : records.batches()) {
        batch.ensureValid();
        batches.add(batch);
      }
    } catch (CorruptRecordException e) {
      // The rest is a torn tail: the writer was stopped before its append was forced to the disk.
      return;
    }
  }

  @Override
  public Iterator<MutableRecordBatch> iterator() {
    return batches.iterator();
  }
}
