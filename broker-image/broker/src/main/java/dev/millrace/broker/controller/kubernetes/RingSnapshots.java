package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.broker.controller.MetadataLog.Snapshot;
import dev.millrace.broker.controller.MetadataLog.UnavailableException;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots in chunks, and the manifest of the newest three in the MetadataLog object. A snapshot
 * exists once the manifest names it, by compare-and-set; its chunks are written before under names
 * that their content makes unique, and are deleted only when two newer manifests were written, so
 * that whoever still reads by an older manifest finds them. I/O thread only.
 */
final class RingSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(RingSnapshots.class);

  static final int KEPT = 3;
  static final int MAX_CHUNKS = 64;
  private static final int ATTEMPTS = 5;
  private static final int HASH_IN_NAME = 16;

  private final KubeApi api;
  private final RingLayout layout;
  private final SlotCodec codec;
  private final int chunkBytes;

  private long newestOffset;

  RingSnapshots(KubeApi api, RingLayout layout, SlotCodec codec, int chunkBytes) {
    this.api = api;
    this.layout = layout;
    this.codec = codec;
    this.chunkBytes = chunkBytes;
  }

  private record Manifest(OffsetAndEpoch id, long bytes, String sha256, List<String> chunks) {
    static Manifest of(JsonNode json) {
      var chunks = new ArrayList<String>();
      json.path("chunks").forEach(chunk -> chunks.add(chunk.asText()));
      return new Manifest(
          new OffsetAndEpoch(json.path("offset").asLong(), json.path("epoch").asInt()),
          json.path("bytes").asLong(),
          json.path("sha256").asText(),
          chunks);
    }

    ObjectNode json() {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("offset", id.offset())
          .put("epoch", id.epoch())
          .put("bytes", bytes)
          .put("sha256", sha256);
      ArrayNode names = json.putArray("chunks");
      chunks.forEach(names::add);
      return json;
    }
  }

  /** Where the newest snapshot that this instance knows of ends; 0 if it knows none. */
  long newestOffset() {
    return newestOffset;
  }

  /** Asks again where the newest one ends. */
  void refresh() throws UnavailableException, InterruptedException {
    manifests(log());
  }

  Optional<Snapshot> load() throws UnavailableException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<Manifest> manifests = manifests(log());
      if (manifests.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(read(manifests.getFirst()));
      } catch (ApiException e) {
        if (!Answers.isNotFound(e)) {
          throw Answers.unavailable(e);
        }
        // Two newer manifests were written since: read again by the newest.
      }
    }
    throw new UnavailableException(
        "MetadataLog %s names snapshot chunks that are not there; were MetadataSlots deleted by hand?"
            .formatted(layout.name()));
  }

  private Snapshot read(Manifest manifest) throws ApiException, InterruptedException {
    var bytes = new ByteArrayOutputStream((int) manifest.bytes);
    for (String chunk : manifest.chunks) {
      bytes.writeBytes(codec.chunk(api.get(layout.slotPath(chunk))));
    }
    byte[] whole = bytes.toByteArray();
    if (!sha256(whole).equals(manifest.sha256)) {
      throw new IllegalStateException(
          "the snapshot of MetadataLog %s at offset %d is damaged: its checksum differs"
              .formatted(layout.name(), manifest.id.offset()));
    }
    return new Snapshot(manifest.id, whole);
  }

  void write(Snapshot snapshot) throws UnavailableException, InterruptedException {
    refresh();
    if (snapshot.id().offset() <= newestOffset) {
      return;
    }
    String hash = sha256(snapshot.batches());
    try {
      var names = writeChunks(snapshot, hash);
      publish(new Manifest(snapshot.id(), snapshot.batches().length, hash, names));
    } catch (ApiException e) {
      throw Answers.unavailable(e);
    }
  }

  private List<String> writeChunks(Snapshot snapshot, String hash)
      throws ApiException, InterruptedException {
    byte[] bytes = snapshot.batches();
    int count = (bytes.length + chunkBytes - 1) / chunkBytes;
    if (count > MAX_CHUNKS) {
      throw new IllegalStateException(
          "a metadata snapshot of %d bytes is above the limit of %d chunks of %d"
              .formatted(bytes.length, MAX_CHUNKS, chunkBytes));
    }
    var names = new ArrayList<String>();
    for (int index = 0; index < count; index++) {
      int from = index * chunkBytes;
      byte[] chunk = new byte[Math.min(chunkBytes, bytes.length - from)];
      System.arraycopy(bytes, from, chunk, 0, chunk.length);
      String name =
          layout.chunkName(
              snapshot.id().offset(),
              snapshot.id().epoch(),
              hash.substring(0, HASH_IN_NAME),
              index);
      createOnce(name, index, chunk);
      names.add(name);
    }
    return names;
  }

  private void createOnce(String name, int index, byte[] chunk)
      throws ApiException, InterruptedException {
    try {
      api.create(layout.slotsPath(), codec.chunk(name, index, chunk));
    } catch (ApiException.Refused e) {
      if (!e.isConflict()) {
        throw e;
      }
      // The same content under the same name, from an attempt before.
    }
  }

  private void publish(Manifest manifest)
      throws ApiException, UnavailableException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      JsonNode log = log();
      List<Manifest> present = manifests(log);
      if (manifest.id.offset() <= newestOffset) {
        return;
      }
      var kept = new ArrayList<Manifest>();
      kept.add(manifest);
      present.stream().limit(KEPT - 1L).forEach(kept::add);
      ObjectNode changed = log.deepCopy();
      ArrayNode list = changed.putArray("snapshots");
      kept.forEach(one -> list.add(one.json()));
      try {
        api.update(layout.logPath(), changed);
        newestOffset = manifest.id.offset();
        sweep(kept);
        return;
      } catch (ApiException.Refused e) {
        if (!e.isConflict()) {
          throw e;
        }
      }
    }
    throw new UnavailableException("MetadataLog " + layout.name() + " is changed all the time");
  }

  /** Deletes chunks of manifests that went, and those that an attempt before left behind. */
  private void sweep(List<Manifest> kept) throws InterruptedException {
    Set<String> named = new HashSet<>();
    kept.forEach(manifest -> named.addAll(manifest.chunks));
    long oldest = kept.getLast().id.offset();
    try {
      JsonNode list = api.listMetadata(layout.listPath(RingLayout.SNAPSHOT_PART));
      for (JsonNode item : list.path("items")) {
        String name = item.path("metadata").path("name").asText();
        // A chunk above may belong to a manifest that somebody is about to write.
        if (!named.contains(name) && layout.offsetOfChunk(name) < oldest) {
          api.delete(layout.slotPath(name));
        }
      }
    } catch (ApiException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Old snapshot chunks stay for now");
    }
  }

  private JsonNode log() throws UnavailableException, InterruptedException {
    try {
      JsonNode log = api.get(layout.logPath());
      LogIdentity found = LogIdentity.ofLog(log);
      if (!found.equals(codec.identity())) {
        throw new IllegalStateException(
            "MetadataLog %s was replaced while in use: it was %s and is %s"
                .formatted(layout.name(), codec.identity(), found));
      }
      return log;
    } catch (ApiException e) {
      throw Answers.unavailable(e);
    }
  }

  private List<Manifest> manifests(JsonNode log) {
    var manifests = new ArrayList<Manifest>();
    log.path("snapshots").forEach(json -> manifests.add(Manifest.of(json)));
    if (!manifests.isEmpty()) {
      newestOffset = Math.max(newestOffset, manifests.getFirst().id.offset());
    }
    return manifests;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
