package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.MetadataLog;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Between MetadataSlot objects and what they mean. Refuses what is not of this log. */
record SlotCodec(RingLayout layout, LogIdentity identity) {
  /** Where a batch of Kafka's format has its length and its epoch. */
  private static final int LENGTH_AT = 8;

  private static final int EPOCH_AT = 12;
  private static final int BEFORE_LENGTH = 12;

  Slot entry(JsonNode object) {
    identity.verify(object);
    JsonNode entry = object.path("spec").path("entry");
    JsonNode writer = entry.path("writer");
    long seq = entry.path("seq").asLong(-1);
    String name = object.path("metadata").path("name").asText();
    if (seq < 0 || !name.equals(layout.entryName(seq))) {
      throw new IllegalStateException(
          "MetadataSlot %s says that it holds append %d, which is not its place"
              .formatted(name, seq));
    }
    return new Slot(
        seq,
        object.path("metadata").path("resourceVersion").asText(),
        entry.path("epoch").asInt(),
        new MetadataLog.Entry(
            entry.path("baseOffset").asLong(),
            entry.path("nextOffset").asLong(),
            new Endpoint(
                writer.path("nodeId").asInt(),
                writer.path("host").asText(),
                writer.path("port").asInt()),
            bytes(entry.path("batches"), name)));
  }

  /**
   * @param expected the version to overwrite, or an empty text to make the slot
   */
  ObjectNode entry(long seq, String expected, MetadataLog.Entry entry) {
    ObjectNode object = object(layout.entryName(seq), RingLayout.ENTRY_PART);
    if (!expected.isEmpty()) {
      object.withObject("/metadata").put("resourceVersion", expected);
    }
    ObjectNode content = object.withObject("/spec").putObject("entry");
    content
        .put("seq", seq)
        .put("baseOffset", entry.baseOffset())
        .put("nextOffset", entry.nextOffset())
        .put("epoch", lastEpoch(entry.batches()))
        .put("batches", entry.batches());
    content
        .putObject("writer")
        .put("nodeId", entry.writer().nodeId())
        .put("host", entry.writer().host())
        .put("port", entry.writer().port());
    return object;
  }

  ObjectNode chunk(String name, int index, byte[] bytes) {
    ObjectNode object = object(name, RingLayout.SNAPSHOT_PART);
    object.withObject("/spec").putObject("chunk").put("index", index).put("bytes", bytes);
    return object;
  }

  byte[] chunk(JsonNode object) {
    identity.verify(object);
    return bytes(
        object.path("spec").path("chunk").path("bytes"),
        object.path("metadata").path("name").asText());
  }

  private ObjectNode object(String name, String part) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", RingLayout.API_VERSION).put("kind", "MetadataSlot");
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", name).put("namespace", layout.namespace());
    metadata
        .putObject("labels")
        .put(RingLayout.CLUSTER_LABEL, layout.name())
        .put(RingLayout.PART_LABEL, part);
    metadata
        .putArray("ownerReferences")
        .addObject()
        .put("apiVersion", RingLayout.API_VERSION)
        .put("kind", "MetadataLog")
        .put("name", layout.name())
        .put("uid", identity.uid());
    object.putObject("spec").put("clusterId", identity.clusterId()).put("logUid", identity.uid());
    return object;
  }

  private static byte[] bytes(JsonNode base64, String name) {
    try {
      byte[] bytes = base64.binaryValue();
      if (bytes == null || bytes.length == 0) {
        throw new IllegalStateException("MetadataSlot " + name + " is empty");
      }
      return bytes;
    } catch (IOException e) {
      throw new IllegalStateException("MetadataSlot " + name + " is not base64", e);
    }
  }

  /** All batches of an entry are written in one epoch, so the first one tells it. */
  static int lastEpoch(byte[] batches) {
    if (batches.length < EPOCH_AT + Integer.BYTES
        || ByteBuffer.wrap(batches).getInt(LENGTH_AT) > batches.length - BEFORE_LENGTH) {
      throw new IllegalArgumentException("not whole record batches");
    }
    return ByteBuffer.wrap(batches).getInt(EPOCH_AT);
  }
}
