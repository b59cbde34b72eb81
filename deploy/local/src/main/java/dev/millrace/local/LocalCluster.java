package dev.millrace.local;

import dev.millrace.local.node.LocalNode;
import dev.millrace.local.node.NodeSettings;
import dev.millrace.local.node.Programs;
import dev.millrace.local.tls.Identity;
import dev.millrace.local.tls.Kubeconfig;
import dev.millrace.operator.MillraceOperator;
import dev.millrace.operator.OperatorSettings;
import dev.millrace.operator.resources.Advertise;
import dev.millrace.operator.resources.BrokerSettings;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** API, node and operator, running together in this process. */
final class LocalCluster implements AutoCloseable {
  private static final String NODE = "local";
  private static final String REPOSITORY = "millrace.dev/broker";
  private static final List<String> CRDS =
      List.of("logclusters", "logtopics", "metadatalogs", "metadataslots");

  private final LocalApi api;
  private final KubernetesClient client;
  private final LocalNode node;
  private final MillraceOperator operator;
  private final NodeSettings settings;

  private LocalCluster(
      LocalApi api,
      KubernetesClient client,
      LocalNode node,
      MillraceOperator operator,
      NodeSettings settings) {
    this.api = api;
    this.client = client;
    this.node = node;
    this.operator = operator;
    this.settings = settings;
  }

  /** Starts node and operator on {@code api}, which it closes in the end. */
  static LocalCluster start(
      LocalApi api, Identity identity, Path data, BrokerProgram brokers, Progress progress)
      throws IOException {
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Kubeconfig.text(api.url(), identity)))
            .build();
    for (String crd : CRDS) {
      String file = "/crds/" + crd + ".millrace.dev.yaml";
      try (InputStream yaml = resource(file)) {
        client
            .load(yaml)
            .items()
            .forEach(item -> client.resource(item).createOr(NonDeletingOperation::update));
      }
    }
    progress.step("CRDs installed");
    URI url = URI.create(api.url());
    NodeSettings settings =
        new NodeSettings(
            NODE,
            data,
            programs(brokers),
            url.getHost(),
            url.getPort(),
            identity.certificate(),
            baseEnvironment(url));
    LocalNode node = LocalNode.start(client, settings);
    MillraceOperator operator =
        MillraceOperator.start(
            client,
            OperatorSettings.of(
                Set.of("default"),
                new BrokerSettings(
                    REPOSITORY + ":" + version(), Advertise.POD_IP, Optional.empty())));
    progress.step("Operator started");
    return new LocalCluster(api, client, node, operator, settings);
  }

  KubernetesClient client() {
    return client;
  }

  Path log(String pod) {
    return settings.log("default", pod);
  }

  /** Stops the operator, then every broker, then the API. All objects and data are kept. */
  @Override
  public void close() throws IOException {
    operator.close();
    node.close();
    client.close();
    api.close();
  }

  private static Map<String, String> baseEnvironment(URI url) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String name : List.of("PATH", "HOME", "LANG")) {
      String value = System.getenv(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    environment.put("KUBERNETES_SERVICE_HOST", url.getHost());
    environment.put("KUBERNETES_SERVICE_PORT", Integer.toString(url.getPort()));
    return environment;
  }

  private static Programs programs(BrokerProgram brokers) {
    return (image, jvmOptions) ->
        image.startsWith(REPOSITORY + ":")
            ? Optional.of(brokers.command(jvmOptions))
            : Optional.empty();
  }

  private static String version() throws IOException {
    Properties build = new Properties();
    try (InputStream in = resource("/dev/millrace/local/build.properties")) {
      build.load(in);
    }
    return build.getProperty("version");
  }

  static InputStream resource(String name) throws IOException {
    InputStream in = LocalCluster.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException(name + " is not on the class path");
    }
    return in;
  }
}
