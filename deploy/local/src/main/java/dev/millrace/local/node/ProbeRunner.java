package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One probe of one container: asks over HTTP or TCP when it is due and counts successes and
 * failures. One thread.
 */
final class ProbeRunner {
  /** What asking led to. */
  enum Verdict {
    /** Not due, or not enough answers of one kind in a row. */
    UNDECIDED,
    PASSED,
    FAILED
  }

  private final HttpClient http;
  private final Probe probe;
  private final Container container;
  private final String address;
  private Instant due;
  private int inRow;
  private boolean lastOk;
  private String complaint = "";

  ProbeRunner(HttpClient http, Probe probe, Container container, String address, Instant started) {
    this.http = http;
    this.probe = probe;
    this.container = container;
    this.address = address;
    this.due = started.plusSeconds(orElse(probe.getInitialDelaySeconds(), 0));
  }

  Verdict ask(Instant now) throws InterruptedException {
    if (now.isBefore(due)) {
      return Verdict.UNDECIDED;
    }
    due = now.plusSeconds(orElse(probe.getPeriodSeconds(), 10));
    boolean ok = answers();
    inRow = ok == lastOk ? inRow + 1 : 1;
    lastOk = ok;
    int enough =
        ok ? orElse(probe.getSuccessThreshold(), 1) : orElse(probe.getFailureThreshold(), 3);
    if (inRow < enough) {
      return Verdict.UNDECIDED;
    }
    return ok ? Verdict.PASSED : Verdict.FAILED;
  }

  /** What the last failure was. */
  String complaint() {
    return complaint;
  }

  private boolean answers() throws InterruptedException {
    Duration timeout = Duration.ofSeconds(orElse(probe.getTimeoutSeconds(), 1));
    try {
      if (probe.getHttpGet() != null) {
        return get(probe.getHttpGet(), timeout);
      } else if (probe.getTcpSocket() != null) {
        try (Socket socket = new Socket()) {
          int port = port(probe.getTcpSocket().getPort());
          socket.connect(new InetSocketAddress(address, port), (int) timeout.toMillis());
          return true;
        }
      }
      return true;
    } catch (IOException e) {
      complaint = Objects.toString(e.getMessage(), e.getClass().getSimpleName());
      return false;
    }
  }

  private boolean get(HTTPGetAction action, Duration timeout)
      throws IOException, InterruptedException {
    String host = action.getHost() == null ? address : action.getHost();
    String path = Objects.toString(action.getPath(), "/");
    URI uri = URI.create("http://" + host + ":" + port(action.getPort()) + path);
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(uri).timeout(timeout).build(),
            HttpResponse.BodyHandlers.ofString());
    boolean ok = response.statusCode() >= 200 && response.statusCode() < 400;
    if (!ok) {
      complaint = "HTTP " + response.statusCode() + ": " + response.body().strip();
    }
    return ok;
  }

  private int port(IntOrString port) throws IOException {
    if (port.getIntVal() != null) {
      return port.getIntVal();
    }
    return container.getPorts().stream()
        .filter(p -> p.getName().equals(port.getStrVal()))
        .findFirst()
        .orElseThrow(() -> new IOException("no port is called " + port.getStrVal()))
        .getContainerPort();
  }

  private static int orElse(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
