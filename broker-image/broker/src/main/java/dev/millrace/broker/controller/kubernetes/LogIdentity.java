package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What makes a MetadataLog object the one that it is; every slot repeats it.
 *
 * @param clusterId the Kafka cluster id
 * @param uid of the object: another one after a restore into another place, although all else is
 *     equal
 */
record LogIdentity(String clusterId, String uid) {
  static LogIdentity ofLog(JsonNode log) {
    return new LogIdentity(
        log.path("spec").path("clusterId").asText(), log.path("metadata").path("uid").asText());
  }

  /** Resource versions of another log prove nothing here, so nothing foreign may be built upon. */
  void verify(JsonNode slot) {
    JsonNode spec = slot.path("spec");
    var found = new LogIdentity(spec.path("clusterId").asText(), spec.path("logUid").asText());
    if (!equals(found)) {
      throw new IllegalStateException(
          "MetadataSlot %s/%s belongs to another metadata log (cluster %s, log %s) than this one (cluster %s, log %s): was it restored from a backup or copied here?"
              .formatted(
                  slot.path("metadata").path("namespace").asText(),
                  slot.path("metadata").path("name").asText(),
                  found.clusterId,
                  found.uid,
                  clusterId,
                  uid));
    }
  }
}
