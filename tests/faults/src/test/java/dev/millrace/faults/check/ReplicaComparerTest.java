package dev.millrace.faults.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On files that Kafka's own classes wrote. */
class ReplicaComparerTest {
  @TempDir Path folder;
  private final Map<String, Path> replicas = new LinkedHashMap<>();

  @BeforeEach
  void makeThreeReplicas() throws IOException {
    for (String name : new String[] {"a", "b", "c"}) {
      replicas.put(name, Files.createDirectory(folder.resolve(name)));
    }
  }

  private void append(String replica, long segment, long offset, int epoch, String... values)
      throws IOException {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) {
      records[i] = new SimpleRecord(1_000, values[i].getBytes());
    }
    ByteBuffer batch = MemoryRecords.withRecords(offset, Compression.NONE, epoch, records).buffer();
    Path file = folder.resolve(replica).resolve("%020d.log".formatted(segment));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(batch);
    }
  }

  private void appendToAll() throws IOException {
    for (String replica : replicas.keySet()) {
      append(replica, 0, 0, 1, "one", "two");
    }
  }

  private Verdict verdict() {
    Verdict verdict = new Verdict();
    ReplicaComparer.compare("t-0", replicas, verdict);
    return verdict;
  }

  private void assertDifferent(String how) {
    Verdict verdict = verdict();
    assertThat(verdict.count(Rule.REPLICAS_DIFFER)).isEqualTo(1);
    assertThat(verdict.findings().getFirst().text()).contains(how);
  }

  @Test
  void theSameBatchesInOtherSegmentsAreTheSame() throws IOException {
    // Given
    appendToAll();
    append("a", 0, 2, 1, "three");
    append("b", 2, 2, 1, "three");
    append("c", 2, 2, 1, "three");

    // When
    Verdict verdict = verdict();

    // Then
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.examined(Rule.REPLICAS_DIFFER)).isEqualTo(2);
  }

  @Test
  void replicasMayBeginAtOtherSegments() throws IOException {
    // Given
    append("a", 0, 0, 1, "one", "two");
    append("a", 0, 2, 1, "three");
    append("b", 2, 2, 1, "three");
    append("c", 2, 2, 1, "three");

    // Then
    assertThat(verdict().findings()).isEmpty();
  }

  @Test
  void otherBytesAreFound() throws IOException {
    // Given
    appendToAll();
    append("a", 0, 2, 1, "three");
    append("b", 0, 2, 1, "three");
    append("c", 0, 2, 1, "thref");

    // Then
    assertDifferent("other bytes");
  }

  @Test
  void anotherEpochIsFoundThoughNoChecksumCoversIt() throws IOException {
    // Given
    appendToAll();
    append("a", 0, 2, 1, "three");
    append("b", 0, 2, 2, "three");
    append("c", 0, 2, 1, "three");

    // Then
    assertDifferent("other epochs");
  }

  @Test
  void otherOffsetsAreFound() throws IOException {
    // Given
    appendToAll();
    append("a", 0, 2, 1, "three");
    append("b", 0, 2, 1, "three");
    append("c", 0, 3, 1, "three");

    // Then
    assertDifferent("other offsets");
  }

  @Test
  void aReplicaThatEndsEarlierIsFound() throws IOException {
    // Given
    appendToAll();
    append("a", 0, 2, 1, "three");
    append("c", 0, 2, 1, "three");

    // Then
    assertDifferent("one ends before the other");
  }

  @Test
  void bytesThatRottedOnAllReplicasAreFoundByTheirChecksum() throws IOException {
    // Given
    appendToAll();
    for (Path replica : replicas.values()) {
      Path file = replica.resolve("%020d.log".formatted(0));
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 2] ^= 1;
      Files.write(file, bytes);
    }

    // Then
    assertDifferent("wrong checksum");
  }

  @Test
  void aTornBatchIsFound() throws IOException {
    // Given
    appendToAll();
    Path file = folder.resolve("b").resolve("%020d.log".formatted(0));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }

    // Then
    assertDifferent("torn batch");
  }
}
