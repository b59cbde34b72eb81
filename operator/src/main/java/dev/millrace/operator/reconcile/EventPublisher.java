package dev.millrace.operator.reconcile;

import dev.millrace.operator.status.Edges.Edge;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells edges as Kubernetes events. One that cannot be written is logged and missed. */
final class EventPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);
  private static final String CONTROLLER = "millrace.dev/operator";
  private static final int NOTE_LENGTH = 1000;
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final Clock clock;

  EventPublisher(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  void publish(HasMetadata about, List<Edge> edges) {
    for (var edge : edges) {
      try {
        client.events().v1().events().resource(event(about, edge).build()).create();
      } catch (KubernetesClientException e) {
        LOG.atWarn()
            .addKeyValue("reason", edge.reason())
            .addKeyValue("error", String.valueOf(e.getMessage()))
            .log("Cannot write an event");
      }
    }
  }

  private EventBuilder event(HasMetadata about, Edge edge) {
    var meta = about.getMetadata();
    var note = edge.note();
    return new EventBuilder()
        .withNewMetadata()
        .withGenerateName(meta.getName() + "-")
        .withNamespace(meta.getNamespace())
        .endMetadata()
        .withEventTime(new MicroTime(MICROS.format(clock.instant())))
        .withReportingController(CONTROLLER)
        .withReportingInstance("operator")
        .withType(edge.warning() ? "Warning" : "Normal")
        .withReason(edge.reason())
        .withAction(edge.action())
        .withNote(note.length() <= NOTE_LENGTH ? note : note.substring(0, NOTE_LENGTH))
        .withNewRegarding()
        .withApiVersion(about.getApiVersion())
        .withKind(about.getKind())
        .withName(meta.getName())
        .withNamespace(meta.getNamespace())
        .withUid(meta.getUid())
        .endRegarding();
  }
}
