package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the MetadataLog object, which the operator makes, and checks it. */
record LogObject(KubeApi api, RingSettings settings) {
  private static final Logger LOG = LoggerFactory.getLogger(LogObject.class);
  private static final long RETRY_MS = 500;
  private static final int MIN_SLOTS = 8;

  JsonNode await() throws InterruptedException {
    String path = new RingLayout(settings.namespace(), settings.name(), 1).logPath();
    String told = "";
    while (true) {
      try {
        JsonNode log = api.get(path);
        verify(log);
        return log;
      } catch (ApiException e) {
        String reason =
            Answers.isNotFound(e)
                ? "it does not exist yet; the operator makes it"
                : String.valueOf(e.getMessage());
        if (!reason.equals(told)) {
          LOG.atWarn()
              .addKeyValue("namespace", settings.namespace())
              .addKeyValue("name", settings.name())
              .addKeyValue("reason", reason)
              .log("Waiting for the MetadataLog");
          told = reason;
        }
        Thread.sleep(RETRY_MS);
      }
    }
  }

  private void verify(JsonNode log) {
    int slots = log.path("spec").path("slots").asInt();
    if (slots < MIN_SLOTS || LogIdentity.ofLog(log).clusterId().isEmpty()) {
      throw new IllegalStateException(
          "MetadataLog %s/%s has %d slots, at least %d are needed, and cluster id \"%s\""
              .formatted(
                  settings.namespace(),
                  settings.name(),
                  slots,
                  MIN_SLOTS,
                  LogIdentity.ofLog(log).clusterId()));
    }
  }
}
