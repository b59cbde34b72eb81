package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.broker.controller.MetadataLog;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The metadata log in a ring of K MetadataSlot objects. Append number s replaces the content of
 * slot s mod K under the resource version that was read for append s - K; the first lap creates the
 * slots, and none is ever deleted. So a write that was delayed on its way, however long, meets a
 * conflict: with names that are freed and used again it could succeed, and an acknowledged change
 * would be nowhere. Append s - K must be covered by a durable snapshot first.
 */
public final class KubernetesRing implements MetadataLog {
  /** What base64 makes of it stays below the 1.5 MiB that etcd takes in one request. */
  public static final int MAX_ENTRY_BYTES = 700_000;

  private static final int READ_BYTES = 4 << 20;
  private static final int PAGE = 8;

  private final KubeApi api;
  private final RingLayout layout;
  private final SlotCodec codec;
  private final Optional<String> firstMetadataVersion;
  private final RingSnapshots snapshots;
  private final LeaseHint lease;
  private final RingSettings settings;
  private final ArrivedSlots arrived = new ArrivedSlots();
  private final Slot.@Nullable Mark[] marks;
  private final long probeNs;

  private @Nullable RingWatch watch;
  private long lastSeq = -1;
  private long position;
  private long probedAtNs;

  /** Whether the slot behind the last one read must be looked at, whatever the watch says. */
  private boolean uncertain = true;

  private KubernetesRing(
      KubeApi api,
      RingSettings settings,
      RingLayout layout,
      LogIdentity identity,
      Optional<String> firstMetadataVersion) {
    this.api = api;
    this.firstMetadataVersion = firstMetadataVersion;
    this.settings = settings;
    this.layout = layout;
    this.codec = new SlotCodec(layout, identity);
    this.snapshots = new RingSnapshots(api, layout, codec, MAX_ENTRY_BYTES);
    this.lease =
        new LeaseHint(
            api,
            layout,
            String.valueOf(settings.self().nodeId()),
            settings.leaseDuration(),
            System::nanoTime,
            Clock.systemUTC());
    this.marks = new Slot.Mark[layout.slots()];
    this.probeNs = settings.probeInterval().toNanos();
  }

  /**
   * Opens the ring that a MetadataLog object describes; waits for the object if it is not there
   * yet.
   *
   * @param access how the API is reached
   */
  public static KubernetesRing open(KubeAccess access, RingSettings settings)
      throws InterruptedException {
    return open(new HttpKubeApi(access), settings);
  }

  /**
   * @param api closed with the ring
   */
  static KubernetesRing open(KubeApi api, RingSettings settings) throws InterruptedException {
    JsonNode log = new LogObject(api, settings).await();
    var layout =
        new RingLayout(
            settings.namespace(), settings.name(), log.path("spec").path("slots").asInt());
    String version = log.path("spec").path("metadataVersion").asText();
    return new KubernetesRing(
        api,
        settings,
        layout,
        LogIdentity.ofLog(log),
        version.isEmpty() ? Optional.empty() : Optional.of(version));
  }

  @Override
  public Optional<String> firstMetadataVersion() {
    return firstMetadataVersion;
  }

  @Override
  public String clusterId() {
    return codec.identity().clusterId();
  }

  @Override
  public String identity() {
    return codec.identity().clusterId() + "/" + codec.identity().uid();
  }

  @Override
  public int maxEntryBytes() {
    return MAX_ENTRY_BYTES;
  }

  // ---- reading

  @Override
  public Start seekToSnapshot() throws UnavailableException, InterruptedException {
    try {
      for (int attempt = 0; attempt < 5; attempt++) {
        Optional<Snapshot> snapshot = snapshots.load();
        long from = snapshot.map(s -> s.id().offset()).orElse(0L);
        List<Slot.Mark> all = list();
        if (!settle(all, from)) {
          // The ring went on over the snapshot while it was read.
          continue;
        }
        return new Start(snapshot, author(all));
      }
    } catch (ApiException e) {
      throw Answers.unavailable(e);
    }
    throw new UnavailableException("the metadata log is overwritten faster than it can be read");
  }

  /** Lists all slots; payloads stay as far as they fit, the reader asks again for the others. */
  private List<Slot.Mark> list() throws ApiException, InterruptedException {
    arrived.clear();
    Arrays.fill(marks, null);
    var all = new ArrayList<Slot.Mark>();
    String path = layout.listPath(RingLayout.ENTRY_PART) + "&limit=" + PAGE;
    String next = "";
    String version;
    do {
      JsonNode page = api.get(next.isEmpty() ? path : path + "&continue=" + encode(next));
      for (JsonNode item : page.path("items")) {
        Slot slot = codec.entry(item);
        mark(slot);
        arrived.add(slot);
        all.add(slot.mark());
      }
      next = page.path("metadata").path("continue").asText("");
      version = page.path("metadata").path("resourceVersion").asText();
    } while (!next.isEmpty());
    if (watch == null) {
      watch = new RingWatch(api, layout, codec, version, arrived::add);
    }
    all.sort(Comparator.comparingLong(Slot.Mark::seq));
    return all;
  }

  private static String encode(String token) {
    return URLEncoder.encode(token, StandardCharsets.UTF_8);
  }

  /** Finds the place behind {@code from}; false if the ring has it no more. */
  private boolean settle(List<Slot.Mark> all, long from) {
    uncertain = true;
    verifyComplete(all, from);
    Optional<Slot.Mark> first = all.stream().filter(mark -> mark.nextOffset() > from).findFirst();
    if (first.isPresent() && first.get().baseOffset() > from) {
      // The one before it, which must begin at or below the snapshot's end, was overwritten.
      boolean follows = all.stream().anyMatch(mark -> mark.nextOffset() == from);
      if (!follows) {
        return false;
      }
    }
    lastSeq =
        first.map(mark -> mark.seq() - 1).orElseGet(() -> all.isEmpty() ? -1 : all.getLast().seq());
    position = from;
    return true;
  }

  private void verifyComplete(List<Slot.Mark> all, long from) {
    long expected = all.isEmpty() ? 0 : Math.min(all.getLast().seq() + 1, layout.slots());
    boolean contiguous =
        all.isEmpty() || all.getLast().seq() - all.getFirst().seq() == all.size() - 1L;
    boolean reachesSnapshot = from == 0 || (!all.isEmpty() && all.getLast().nextOffset() >= from);
    if (all.size() != expected || !contiguous || !reachesSnapshot) {
      throw new IllegalStateException(
          "MetadataLog %s/%s is damaged: %d of %d slots are there, its snapshot ends at offset %d; were MetadataSlots deleted or restored in part?"
              .formatted(layout.namespace(), layout.name(), all.size(), expected, from));
    }
  }

  private static Optional<Author> author(List<Slot.Mark> all) {
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(new Author(all.getLast().epoch(), all.getLast().writer()));
  }

  @Override
  public List<Entry> readNext()
      throws UnavailableException, CompactedException, InterruptedException {
    var entries = new ArrayList<Entry>();
    int bytes = 0;
    while (bytes < READ_BYTES) {
      Optional<Slot> slot = arrived.take(lastSeq + 1);
      if (slot.isEmpty() && mustProbe(entries.isEmpty())) {
        slot = probe();
      }
      if (slot.isEmpty()) {
        break;
      }
      accept(slot.get());
      entries.add(slot.get().entry());
      bytes += slot.get().entry().batches().length;
    }
    if (snapshotNeed() == SnapshotNeed.NOW) {
      snapshots.refresh();
    }
    return entries;
  }

  private boolean mustProbe(boolean nothingArrived) {
    boolean late = nothingArrived && System.nanoTime() - probedAtNs >= probeNs;
    return uncertain || late || arrived.hasBeyond(lastSeq + 1);
  }

  /** Looks at the slot of the next append: it holds either that one or the one a lap before. */
  private Optional<Slot> probe()
      throws UnavailableException, CompactedException, InterruptedException {
    long wanted = lastSeq + 1;
    probedAtNs = System.nanoTime();
    Slot slot;
    try {
      slot = codec.entry(api.get(layout.slotPath(layout.entryName(wanted))));
    } catch (ApiException e) {
      if (!Answers.isNotFound(e)) {
        throw Answers.unavailable(e);
      }
      if (!layout.isFirstLap(wanted)) {
        throw gone(wanted);
      }
      uncertain = false;
      return Optional.empty();
    }
    if (slot.seq() == wanted) {
      return Optional.of(slot);
    }
    if (slot.seq() > wanted) {
      throw new CompactedException(
          "append %d is gone, its slot holds %d".formatted(wanted, slot.seq()));
    }
    if (slot.seq() != wanted - layout.slots()) {
      throw new IllegalStateException(
          "the metadata log went back: append %d was read before, and now its place holds %d; was it restored from a backup while brokers were running?"
              .formatted(lastSeq, slot.seq()));
    }
    mark(slot);
    uncertain = false;
    return Optional.empty();
  }

  private void accept(Slot slot) {
    if (slot.entry().baseOffset() > position) {
      throw new IllegalStateException(
          "append %d begins at offset %d, behind offset %d"
              .formatted(slot.seq(), slot.entry().baseOffset(), position));
    }
    mark(slot);
    lastSeq = slot.seq();
    position = slot.entry().nextOffset();
  }

  private void mark(Slot slot) {
    marks[layout.slotOf(slot.seq())] = slot.mark();
  }

  private UnavailableException gone(long seq) {
    return new UnavailableException(
        "MetadataSlot %s/%s is gone: the metadata log takes no change until it is restored"
            .formatted(layout.namespace(), layout.entryName(seq)));
  }

  // ---- writing

  @Override
  public void append(Entry entry)
      throws ConflictException,
          UnknownOutcomeException,
          UnavailableException,
          InterruptedException {
    if (entry.baseOffset() != position) {
      throw new IllegalStateException(
          "append at offset %d, but the log was read up to %d"
              .formatted(entry.baseOffset(), position));
    }
    long seq = lastSeq + 1;
    String expected = versionToReplace(seq);
    ensureCovered(seq);
    try {
      accept(put(seq, expected, entry));
    } catch (ApiException e) {
      failed(seq, entry, e);
    }
  }

  /** Returns only if the entry turns out to be in its slot. */
  private void failed(long seq, Entry entry, ApiException e)
      throws ConflictException,
          UnknownOutcomeException,
          UnavailableException,
          InterruptedException {
    switch (e) {
      case ApiException.Unreachable unreachable -> throw Answers.unavailable(unreachable);
      case ApiException.NoAnswer noAnswer -> throw unknown(noAnswer);
      case ApiException.Refused refused -> refused(seq, entry, refused);
    }
  }

  private UnknownOutcomeException unknown(ApiException e) {
    uncertain = true;
    return new UnknownOutcomeException("the Kubernetes API: " + e.getMessage(), e);
  }

  private Slot put(long seq, String expected, Entry entry)
      throws ApiException, InterruptedException {
    JsonNode object = codec.entry(seq, expected, entry);
    JsonNode written =
        expected.isEmpty()
            ? api.create(layout.slotsPath(), object)
            : api.update(layout.slotPath(layout.entryName(seq)), object);
    return new Slot(
        seq,
        written.path("metadata").path("resourceVersion").asText(),
        SlotCodec.lastEpoch(entry.batches()),
        entry);
  }

  /** The version read for the append a lap before; empty in the first lap. */
  private String versionToReplace(long seq) throws ConflictException {
    if (layout.isFirstLap(seq)) {
      return "";
    }
    Slot.Mark mark = marks[layout.slotOf(seq)];
    if (mark == null || mark.seq() != seq - layout.slots()) {
      uncertain = true;
      throw new ConflictException(
          "append %d would replace %s, not the append a lap before".formatted(seq, mark));
    }
    return mark.resourceVersion();
  }

  private void ensureCovered(long seq) throws UnavailableException, InterruptedException {
    if (isCovered(seq)) {
      return;
    }
    snapshots.refresh();
    if (!isCovered(seq)) {
      throw new UnavailableException(
          "all %d slots of MetadataLog %s hold changes that no snapshot has yet"
              .formatted(layout.slots(), layout.name()));
    }
  }

  /** Whether a snapshot has all that append {@code seq} overwrites. */
  private boolean isCovered(long seq) {
    Slot.Mark replaced = marks[layout.slotOf(seq)];
    return layout.isFirstLap(seq)
        || replaced == null
        || replaced.nextOffset() <= snapshots.newestOffset();
  }

  private void refused(long seq, Entry entry, ApiException.Refused e)
      throws ConflictException,
          UnknownOutcomeException,
          UnavailableException,
          InterruptedException {
    if (e.leavesOutcomeOpen()) {
      throw unknown(e);
    }
    if (e.isConflict()) {
      uncertain = true;
      settleConflict(seq, entry);
    } else if (e.isNotFound()) {
      throw gone(seq);
    } else if (e.status() == 400 || e.status() == 413 || e.status() == 422) {
      throw new IllegalStateException(e.getMessage(), e);
    } else {
      // 401, 403, 429: turned away at the door.
      throw Answers.unavailable(e);
    }
  }

  /** A write whose answer was lost meets a conflict with itself when it is repeated. */
  private void settleConflict(long seq, Entry entry)
      throws ConflictException, UnknownOutcomeException, InterruptedException {
    Slot present;
    try {
      present = codec.entry(api.get(layout.slotPath(layout.entryName(seq))));
    } catch (ApiException e) {
      throw unknown(e);
    }
    boolean own =
        present.seq() == seq
            && present.entry().baseOffset() == entry.baseOffset()
            && present.entry().writer().equals(entry.writer())
            && Arrays.equals(present.entry().batches(), entry.batches());
    if (!own) {
      throw new ConflictException(
          "node %d has written append %d"
              .formatted(present.entry().writer().nodeId(), present.seq()));
    }
    accept(present);
  }

  // ---- the rest

  @Override
  public void awaitChange(long millis) throws InterruptedException {
    arrived.awaitNews(millis);
  }

  @Override
  public void wakeup() {
    arrived.wakeup();
  }

  @Override
  public SnapshotNeed snapshotNeed() {
    if (!isCovered(lastSeq + 1)) {
      return SnapshotNeed.NOW;
    }
    // Half a lap early: time to make one while appends go on.
    long soon = lastSeq + 1 - layout.slots() / 2;
    Slot.Mark half = soon < 0 ? null : marks[layout.slotOf(soon)];
    return half != null && half.seq() == soon && half.nextOffset() > snapshots.newestOffset()
        ? SnapshotNeed.SOON
        : SnapshotNeed.NONE;
  }

  @Override
  public void writeSnapshot(Snapshot snapshot) throws UnavailableException, InterruptedException {
    snapshots.write(snapshot);
  }

  @Override
  public boolean tryLease() throws UnavailableException, InterruptedException {
    try {
      return lease.tryHold();
    } catch (ApiException e) {
      throw Answers.unavailable(e);
    }
  }

  @Override
  public boolean takeLease(int fromNode) throws UnavailableException, InterruptedException {
    try {
      return lease.takeFrom(String.valueOf(fromNode));
    } catch (ApiException e) {
      throw Answers.unavailable(e);
    }
  }

  @Override
  public void releaseLease() throws InterruptedException {
    lease.release();
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    api.close();
  }
}
