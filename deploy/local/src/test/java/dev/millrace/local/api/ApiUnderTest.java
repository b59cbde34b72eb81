package dev.millrace.local.api;

import dev.millrace.local.LocalApi;
import dev.millrace.local.api.store.Journal;
import dev.millrace.local.real.Binaries;
import dev.millrace.local.real.RealApi;
import dev.millrace.local.tls.Identity;
import dev.millrace.local.tls.Kubeconfig;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Objects;

/** An API in a directory of its own, with kubectl's configuration and a client. */
public final class ApiUnderTest implements AutoCloseable {
  private final Path directory;
  private final LocalApi api;
  private final Identity identity;
  private final KubernetesClient client;

  private ApiUnderTest(Path directory, LocalApi api, Identity identity) throws IOException {
    this.directory = directory;
    this.api = api;
    this.identity = identity;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Kubeconfig.text(api.url(), identity)))
            .build();
    Kubeconfig.write(kubeconfig(), api.url(), identity);
  }

  public static ApiUnderTest embedded(Path directory) throws IOException, GeneralSecurityException {
    Identity identity = Identity.in(directory.resolve("tls"));
    LocalApi api =
        EmbeddedApi.start(
            Journal.at(directory.resolve("journal")),
            identity.serverContext(),
            identity.token(),
            (namespace, pod) -> null,
            0);
    return new ApiUnderTest(directory, api, identity);
  }

  static ApiUnderTest real(Path directory, Binaries binaries)
      throws IOException, GeneralSecurityException, InterruptedException {
    Identity identity = Identity.in(directory.resolve("tls"));
    return new ApiUnderTest(
        directory, RealApi.start(binaries, directory.resolve("api"), identity, 0), identity);
  }

  Path kubeconfig() {
    return directory.resolve("kubeconfig");
  }

  public Identity identity() {
    return identity;
  }

  public String url() {
    return api.url();
  }

  public KubernetesClient client() {
    return client;
  }

  /** The CRD of LogCluster as a file for kubectl. */
  static Path crd(Path directory) throws IOException {
    Path file = directory.resolve("logclusters.yaml");
    try (InputStream in =
        ApiUnderTest.class.getResourceAsStream("/crds/logclusters.millrace.dev.yaml")) {
      Files.write(file, Objects.requireNonNull(in).readAllBytes());
    }
    return file;
  }

  @Override
  public void close() throws IOException {
    client.close();
    api.close();
  }
}
