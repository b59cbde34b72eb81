package dev.millrace.broker.controller.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes Lease as a hint who should campaign for leadership. The holder renews it at half of
 * its duration; the others look at a quarter, and take it when they have seen it unchanged for the
 * whole duration by their own clock, so that clocks need not agree. I/O thread only.
 */
final class LeaseHint {
  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubeApi api;
  private final RingLayout layout;
  private final String self;
  private final Duration duration;
  private final LongSupplier nanoTime;
  private final Clock clock;

  private boolean held;
  private boolean asked;
  private long askedAtNs;

  /** What was last seen of somebody else's lease, and since when it has looked so. */
  private @Nullable String seen;

  private long seenSinceNs;

  LeaseHint(
      KubeApi api,
      RingLayout layout,
      String self,
      Duration duration,
      LongSupplier nanoTime,
      Clock clock) {
    this.api = api;
    this.layout = layout;
    this.self = self;
    this.duration = duration;
    this.nanoTime = nanoTime;
    this.clock = clock;
  }

  boolean tryHold() throws ApiException, InterruptedException {
    long now = nanoTime.getAsLong();
    long interval = duration.toNanos() / (held ? 2 : 4);
    if (!asked || now - askedAtNs >= interval) {
      try {
        held = ask(now);
      } catch (ApiException e) {
        // The holder could not renew either: when the API is back, it has its whole time again.
        seen = null;
        throw e;
      }
      asked = true;
      askedAtNs = now;
    }
    return held;
  }

  /** Takes it from a holder that is dead, at once; false if it is somebody else's by now. */
  boolean takeFrom(String dead) throws ApiException, InterruptedException {
    JsonNode lease;
    try {
      lease = api.get(layout.leasePath());
    } catch (ApiException.Refused e) {
      if (!e.isNotFound()) {
        throw e;
      }
      return noted(write(null));
    }
    String holder = lease.path("spec").path("holderIdentity").asText("");
    boolean free = holder.isEmpty() || holder.equals(dead) || holder.equals(self);
    return noted(free && write(lease));
  }

  private boolean noted(boolean taken) {
    held = taken;
    asked = true;
    askedAtNs = nanoTime.getAsLong();
    return taken;
  }

  private boolean ask(long now) throws ApiException, InterruptedException {
    JsonNode lease;
    try {
      lease = api.get(layout.leasePath());
    } catch (ApiException.Refused e) {
      if (!e.isNotFound()) {
        throw e;
      }
      return write(null);
    }
    String holder = lease.path("spec").path("holderIdentity").asText("");
    if (holder.equals(self) || holder.isEmpty()) {
      return write(lease);
    }
    String looks = holder + lease.path("metadata").path("resourceVersion").asText();
    if (!looks.equals(seen)) {
      seen = looks;
      seenSinceNs = now;
    }
    return now - seenSinceNs >= duration.toNanos() && write(lease);
  }

  /** A conflict says that somebody else was quicker. */
  private boolean write(@Nullable JsonNode present) throws ApiException, InterruptedException {
    try {
      if (present == null) {
        api.create(layout.leasesPath(), filled(empty(), self));
      } else {
        api.update(layout.leasePath(), filled(present.deepCopy(), self));
      }
      return true;
    } catch (ApiException.Refused e) {
      if (e.isConflict()) {
        return false;
      }
      throw e;
    }
  }

  private ObjectNode empty() {
    ObjectNode lease = JsonNodeFactory.instance.objectNode();
    lease.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
    ObjectNode metadata = lease.putObject("metadata");
    metadata.put("name", layout.leaseName()).put("namespace", layout.namespace());
    metadata.putObject("labels").put(RingLayout.CLUSTER_LABEL, layout.name());
    return lease;
  }

  private ObjectNode filled(ObjectNode lease, String holder) {
    String now = MICRO_TIME.format(clock.instant());
    ObjectNode spec = lease.withObject("/spec");
    if (!Objects.equals(spec.path("holderIdentity").asText(""), holder)) {
      spec.put("acquireTime", now)
          .put("leaseTransitions", spec.path("leaseTransitions").asInt() + 1);
    }
    spec.put("holderIdentity", holder)
        .put("leaseDurationSeconds", (int) Math.max(1, duration.toSeconds()))
        .put("renewTime", now);
    return lease;
  }

  /** Best effort: without an answer it runs out by itself. */
  void release() throws InterruptedException {
    if (!held) {
      return;
    }
    held = false;
    asked = true;
    askedAtNs = nanoTime.getAsLong();
    try {
      JsonNode lease = api.get(layout.leasePath());
      if (lease.path("spec").path("holderIdentity").asText("").equals(self)) {
        api.update(layout.leasePath(), filled(lease.deepCopy(), ""));
      }
    } catch (ApiException e) {
      // It runs out.
      return;
    }
  }
}
