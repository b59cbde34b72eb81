package dev.millrace.broker.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.Faults;
import dev.millrace.broker.controller.MetadataLog;
import dev.millrace.broker.controller.MetadataLog.CompactedException;
import dev.millrace.broker.controller.MetadataLog.ConflictException;
import dev.millrace.broker.controller.MetadataLog.Entry;
import dev.millrace.broker.controller.MetadataLog.Snapshot;
import dev.millrace.broker.controller.MetadataLog.SnapshotNeed;
import dev.millrace.broker.controller.MetadataLog.Start;
import dev.millrace.broker.controller.MetadataLog.UnavailableException;
import dev.millrace.broker.controller.MetadataLog.UnknownOutcomeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KubernetesRingTest {
  private static final int SLOTS = 8;
  private static final Endpoint ONE = new Endpoint(1, "one", 9091);
  private static final Endpoint TWO = new Endpoint(2, "two", 9091);
  private static final String SLOT_PATH =
      "/apis/millrace.dev/v1beta1/namespaces/default/metadataslots/";

  private final InMemoryKubeApi api = new InMemoryKubeApi();
  private final Faults faults = new Faults();
  private final List<MetadataLog> opened = new ArrayList<>();
  private RingMedium medium;

  @BeforeEach
  void makeRing() throws Exception {
    medium = RingMedium.create(() -> api, () -> api, "events", SLOTS);
  }

  @AfterEach
  void closeAll() {
    opened.forEach(MetadataLog::close);
  }

  private MetadataLog open(Endpoint self) throws Exception {
    MetadataLog log = medium.open(self, faults);
    opened.add(log);
    log.seekToSnapshot();
    return log;
  }

  /** Bytes that look like a batch of one record as far as the ring looks. */
  private static Entry entry(Endpoint writer, long offset, String text) {
    byte[] payload = text.getBytes();
    ByteBuffer batch = ByteBuffer.allocate(16 + payload.length);
    batch.putLong(offset).putInt(4 + payload.length).putInt(writer.nodeId()).put(payload);
    return new Entry(offset, offset + 1, writer, batch.array());
  }

  private static Snapshot snapshot(long offset, int bytes) {
    byte[] content = new byte[bytes];
    new Random(offset).nextBytes(content);
    return new Snapshot(new OffsetAndEpoch(offset, 1), content);
  }

  private static List<Long> offsets(List<Entry> entries) {
    return entries.stream().map(Entry::baseOffset).toList();
  }

  private static List<Long> readAll(MetadataLog log) throws Exception {
    var offsets = new ArrayList<Long>();
    for (List<Entry> more = log.readNext(); !more.isEmpty(); more = log.readNext()) {
      offsets.addAll(offsets(more));
    }
    return offsets;
  }

  @Test
  void whatOneNodeAppendsAnotherReads() throws Exception {
    // Given
    MetadataLog writer = open(ONE);
    MetadataLog reader = open(TWO);

    // When
    writer.append(entry(ONE, 0, "a"));
    writer.append(entry(ONE, 1, "b"));

    // Then
    reader.awaitChange(30_000);
    var read = new ArrayList<Long>();
    while (read.size() < 2) {
      read.addAll(offsets(reader.readNext()));
      reader.awaitChange(20);
    }
    assertThat(read).containsExactly(0L, 1L);
  }

  @Test
  void ofTwoWritersAtOnePlaceTheSecondMeetsAConflictAndThenReadsTheFirst() throws Exception {
    // Given
    MetadataLog one = open(ONE);
    MetadataLog two = open(TWO);
    one.append(entry(ONE, 0, "first"));

    // When, Then
    assertThatThrownBy(() -> two.append(entry(TWO, 0, "second")))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("node 1 has written append 0");
    assertThat(readAll(two)).containsExactly(0L);
    assertThatCode(() -> two.append(entry(TWO, 1, "second"))).doesNotThrowAnyException();
  }

  @Test
  void theRingIsFullUntilASnapshotCoversTheOldestAppend() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    for (int i = 0; i < SLOTS; i++) {
      assertThat(log.snapshotNeed())
          .isEqualTo(i < SLOTS / 2 ? SnapshotNeed.NONE : SnapshotNeed.SOON);
      log.append(entry(ONE, i, "x"));
    }

    // When, Then
    assertThat(log.snapshotNeed()).isEqualTo(SnapshotNeed.NOW);
    assertThatThrownBy(() -> log.append(entry(ONE, SLOTS, "x")))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("no snapshot has yet");
    log.writeSnapshot(snapshot(1, 100));
    assertThatCode(() -> log.append(entry(ONE, SLOTS, "x"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> log.append(entry(ONE, SLOTS + 1, "x")))
        .isInstanceOf(UnavailableException.class);
    assertThat(api.count(SLOT_PATH + "events.entry")).isEqualTo(SLOTS);
  }

  @Test
  void aReaderThatFellALapBehindIsToldAndStartsOverFromTheSnapshot() throws Exception {
    // Given
    MetadataLog writer = open(ONE);
    MetadataLog sleeper = open(TWO);
    for (int i = 0; i < 3 * SLOTS; i++) {
      writer.append(entry(ONE, i, "x"));
      writer.writeSnapshot(snapshot(i + 1, 100));
    }
    writer.append(entry(ONE, 3 * SLOTS, "x"));

    // When
    sleeper.close();
    MetadataLog late = open(TWO);
    Start start = late.seekToSnapshot();

    // Then
    assertThat(start.snapshot().orElseThrow().id().offset()).isEqualTo(3 * SLOTS);
    assertThat(start.author().orElseThrow().writer()).isEqualTo(ONE);
    assertThat(readAll(late)).containsExactly(3L * SLOTS);
  }

  @Test
  void aReaderWhoseNextAppendWasOverwrittenIsToldSo() throws Exception {
    // Given
    MetadataLog writer = open(ONE);
    MetadataLog sleeper = open(TWO);
    faults.stall(2);
    for (int i = 0; i < 2 * SLOTS; i++) {
      writer.append(entry(ONE, i, "x".repeat(600_000)));
      writer.writeSnapshot(snapshot(i + 1, 100));
    }
    faults.releaseAll();

    // When, Then
    assertThatThrownBy(() -> readAll(sleeper)).isInstanceOf(CompactedException.class);
    assertThat(sleeper.seekToSnapshot().snapshot().orElseThrow().id().offset())
        .isEqualTo(2 * SLOTS);
    assertThat(readAll(sleeper)).isEmpty();
  }

  @Test
  void anAppendWhoseReplyWasLostIsSettledByAppendingItAgain() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    Entry entry = entry(ONE, 0, "once");
    faults.loseReply();
    assertThatThrownBy(() -> log.append(entry)).isInstanceOf(UnknownOutcomeException.class);

    // When
    log.append(entry);

    // Then
    log.append(entry(ONE, 1, "next"));
    assertThat(readAll(open(TWO))).containsExactly(0L, 1L);
  }

  @Test
  void anAppendThatNeverArrivedIsSettledByAppendingItAgain() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    Entry entry = entry(ONE, 0, "once");
    faults.loseRequest();
    assertThatThrownBy(() -> log.append(entry)).isInstanceOf(UnknownOutcomeException.class);

    // When
    log.append(entry);

    // Then
    assertThat(readAll(open(TWO))).containsExactly(0L);
  }

  @Test
  void anAppendWhoseReplyWasLostIsReadBackByOneWhoGaveItUp() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    faults.loseReply();
    assertThatThrownBy(() -> log.append(entry(ONE, 0, "given up")))
        .isInstanceOf(UnknownOutcomeException.class);

    // When, Then
    assertThat(readAll(log)).containsExactly(0L);
  }

  @Test
  void anApiOutOfReachIsNoConflict() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    faults.beginOutage();

    // When, Then
    assertThatThrownBy(() -> log.append(entry(ONE, 0, "x")))
        .isInstanceOf(UnavailableException.class);
    faults.releaseAll();
    assertThatCode(() -> log.append(entry(ONE, 0, "x"))).doesNotThrowAnyException();
  }

  @Test
  void aSnapshotOfManyChunksComesBackWhole() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    log.append(entry(ONE, 0, "x"));
    Snapshot large = snapshot(1, 3 * KubernetesRing.MAX_ENTRY_BYTES + 17);

    // When
    log.writeSnapshot(large);

    // Then
    Start start = log.seekToSnapshot();
    assertThat(start.snapshot().orElseThrow().id()).isEqualTo(large.id());
    assertThat(start.snapshot().orElseThrow().batches()).isEqualTo(large.batches());
    assertThat(api.count(SLOT_PATH + "events.snapshot")).isEqualTo(4);
  }

  @Test
  void chunksGoOnlyAfterTwoNewerManifests() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    for (int i = 0; i < 5; i++) {
      log.append(entry(ONE, i, "x"));
    }

    // When
    for (int i = 1; i <= 5; i++) {
      log.writeSnapshot(snapshot(i, 100));
      // Then
      assertThat(api.count(SLOT_PATH + "events.snapshot")).isEqualTo(Math.min(i, 3));
    }
    assertThat(api.count(SLOT_PATH + "events.snapshot.1-")).isZero();
    assertThat(api.count(SLOT_PATH + "events.snapshot.3-")).isEqualTo(1);
  }

  @Test
  void anOlderSnapshotThanTheManifestsChangesNothing() throws Exception {
    // Given
    MetadataLog one = open(ONE);
    MetadataLog two = open(TWO);
    one.append(entry(ONE, 0, "x"));
    one.append(entry(ONE, 1, "x"));
    one.writeSnapshot(snapshot(2, 100));

    // When
    two.writeSnapshot(snapshot(1, 100));

    // Then
    assertThat(api.count(SLOT_PATH + "events.snapshot")).isEqualTo(1);
    assertThat(two.seekToSnapshot().snapshot().orElseThrow().id().offset()).isEqualTo(2);
  }

  @Test
  void aSlotOfAnotherLogIsRefusedByName() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    log.append(entry(ONE, 0, "x"));
    ObjectNode slot = api.get(SLOT_PATH + "events.entry.0000").deepCopy();
    slot.withObject("/spec").put("logUid", "the uid before the restore");
    api.update(SLOT_PATH + "events.entry.0000", slot);

    // When, Then
    assertThatThrownBy(() -> open(TWO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("events.entry.0000 belongs to another metadata log")
        .hasMessageContaining("the uid before the restore");
  }

  @Test
  void missingSlotsAreRefusedAtTheStart() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    for (int i = 0; i < 4; i++) {
      log.append(entry(ONE, i, "x"));
    }
    api.delete(SLOT_PATH + "events.entry.0002");

    // When, Then
    assertThatThrownBy(() -> open(TWO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("3 of 4 slots are there");
  }

  @Test
  void aSlotDeletedUnderTheWriterStopsWritesWithoutLosingTheOffice() throws Exception {
    // Given
    MetadataLog log = open(ONE);
    for (int i = 0; i < SLOTS; i++) {
      log.append(entry(ONE, i, "x"));
    }
    log.writeSnapshot(snapshot(SLOTS, 100));
    api.delete(SLOT_PATH + "events.entry.0000");

    // When, Then
    assertThatThrownBy(() -> log.append(entry(ONE, SLOTS, "x")))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("events.entry.0000 is gone");
  }
}
