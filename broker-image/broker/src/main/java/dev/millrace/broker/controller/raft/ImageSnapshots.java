package dev.millrace.broker.controller.raft;

import dev.millrace.broker.controller.MetadataLog;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.writer.ImageWriterOptions;
import org.apache.kafka.image.writer.RaftSnapshotWriter;
import org.apache.kafka.server.common.OffsetAndEpoch;

/** Turns an image into a snapshot in memory, apart from those that the log asks for. Stateless. */
public final class ImageSnapshots {
  private static final int RECORDS_PER_BATCH = 1024;

  private ImageSnapshots() {}

  /**
   * The snapshot of an image.
   *
   * @param image not empty, and at the end of a batch
   */
  public static MetadataLog.Snapshot of(MetadataImage image) {
    var desk = new SnapshotDesk(() -> {});
    OffsetAndEpoch id = image.provenance().snapshotId();
    var into = desk.create(id, image.provenance().lastContainedLogTimeMs()).orElseThrow();
    var writer = new RaftSnapshotWriter(into, RECORDS_PER_BATCH);
    image.write(writer, new ImageWriterOptions.Builder(image).build());
    writer.close(true);
    return desk.take().orElseThrow();
  }
}
