package dev.millrace.e2e;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * One figure that an autoscaler reads, served as the {@code external.metrics.k8s.io} API of the
 * cluster, which has it from this process. Any thread.
 */
final class MetricsApi implements AutoCloseable {
  /** What the figure is called. */
  static final String METRIC = "records-a-second";

  private static final String GROUP = "external.metrics.k8s.io";
  private static final String API_SERVICE = "v1beta1." + GROUP;
  private static final String SERVICE = "e2e-metrics";
  private static final char[] PASSWORD = "for-a-test".toCharArray();

  private final Kubectl kubectl;
  private final HttpsServer server;
  private volatile int value;

  /** Serves it, and has the cluster know. */
  MetricsApi(Kubectl kubectl) throws IOException, GeneralSecurityException {
    this.kubectl = kubectl;
    var here =
        addressTowards(
            URI.create(
                kubectl.run("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")));
    server = HttpsServer.create(new InetSocketAddress(here, 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls(kubectl.work())));
    String base = "/apis/" + GROUP + "/v1beta1";
    answer(base, MetricsApi::resources);
    answer(base + "/namespaces/" + kubectl.namespace() + "/" + METRIC, this::metric);
    server.start();
    register(here.getHostAddress());
  }

  /** The figure from now on. */
  void set(int now) {
    value = now;
  }

  private void register(String address) {
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s}
            spec: {type: ExternalName, externalName: %2$s, ports: [{port: %3$d}]}
            ---
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: %4$s}
            spec:
              group: %5$s
              version: v1beta1
              groupPriorityMinimum: 100
              versionPriority: 100
              insecureSkipTLSVerify: true
              service: {name: %1$s, namespace: %6$s, port: %3$d}
            """
                .formatted(
                    SERVICE,
                    address,
                    server.getAddress().getPort(),
                    API_SERVICE,
                    GROUP,
                    kubectl.namespace()))
        .orThrow("serving a metric");
    kubectl.run("wait", "--for=condition=Available", "apiservice/" + API_SERVICE, "--timeout=2m");
  }

  private static String resources() {
    return """
        {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "%s/v1beta1", "resources":
         [{"name": "%s", "singularName": "", "namespaced": true, "kind": "ExternalMetricValueList", "verbs": ["get"]}]}"""
        .formatted(GROUP, METRIC);
  }

  private String metric() {
    return """
        {"kind": "ExternalMetricValueList", "apiVersion": "%s/v1beta1", "metadata": {}, "items":
         [{"metricName": "%s", "metricLabels": {}, "timestamp": "%s", "value": "%d"}]}"""
        .formatted(GROUP, METRIC, Instant.now(), value);
  }

  /** What is answered each time. */
  private interface Answer {
    String text();
  }

  private void answer(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            byte[] bytes = answer.text().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
  }

  /** By which of this machine's addresses the API server finds it. */
  private static InetAddress addressTowards(URI apiServer) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(apiServer.getHost(), apiServer.getPort()));
      return socket.getLocalAddress();
    }
  }

  /** With a certificate of its own making, which nobody checks. */
  private static SSLContext tls(Path work) throws IOException, GeneralSecurityException {
    Path file = work.resolve("metrics.p12");
    Files.deleteIfExists(file);
    new Tool(work)
        .run(
            Duration.ofMinutes(1),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "metrics",
                "-keyalg",
                "EC",
                "-dname",
                "CN=metrics",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD)),
            "",
            Map.of())
        .orThrow("making a certificate");
    var keys = KeyStore.getInstance(file.toFile(), PASSWORD);
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** What is left of one that was not closed: with it no namespace could be deleted. */
  static void remove(Kubectl kubectl) {
    kubectl.attempt("delete", "apiservice", API_SERVICE, "--ignore-not-found", "--wait");
    kubectl.attempt("delete", "service", SERVICE, "--ignore-not-found", "--wait");
  }

  @Override
  public void close() {
    remove(kubectl);
    server.stop(0);
  }
}
