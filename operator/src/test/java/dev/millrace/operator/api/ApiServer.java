package dev.millrace.operator.api;

import static dev.millrace.operator.Patience.eventually;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A real {@code kube-apiserver} on a real {@code etcd}, without nodes and controllers, from the
 * folder that {@code KUBEBUILDER_ASSETS} names. Closing it ends both and removes their files.
 */
public final class ApiServer implements AutoCloseable {
  /** The variable that names the folder with the binaries. */
  static final String ASSETS = "KUBEBUILDER_ASSETS";

  private static final String TOKEN = "administrator";
  private static final int ATTEMPTS = 3;

  private final Path directory;
  private final List<Process> processes = new ArrayList<>();
  private final Config config;

  private ApiServer(Path directory, Config config) {
    this.directory = directory;
    this.config = config;
  }

  /** The folder with the binaries, if one is named and holds them. */
  public static Optional<Path> assets() {
    return Optional.ofNullable(System.getenv(ASSETS))
        .filter(named -> !named.isBlank())
        .map(Path::of)
        .filter(folder -> Files.isExecutable(folder.resolve("kube-apiserver")));
  }

  /**
   * Starts one.
   *
   * @param more flags of the API server
   */
  public static ApiServer start(Path assets, String... more) {
    for (int attempt = 1; ; attempt++) {
      try {
        return startOnce(assets, more);
      } catch (IllegalStateException e) {
        // Somebody may have taken a port that was free a moment ago.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static ApiServer startOnce(Path assets, String... more) {
    try {
      var directory = Files.createTempDirectory("millrace-api");
      int port = freePort();
      var config =
          new ConfigBuilder(Config.empty())
              .withMasterUrl("https://127.0.0.1:" + port)
              .withOauthToken(TOKEN)
              .withTrustCerts(true)
              .withNamespace("default")
              .build();
      var server = new ApiServer(directory, config);
      try {
        server.launch(assets, port, more);
        server.awaitReady();
        return server;
      } catch (RuntimeException | IOException | GeneralSecurityException e) {
        server.close();
        throw new IllegalStateException("The API server does not start: " + directory, e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How an administrator reaches it. */
  public Config config() {
    return config;
  }

  private void launch(Path assets, int port, String... more)
      throws IOException, GeneralSecurityException {
    int clients = freePort();
    int peers = freePort();
    run(
        "etcd",
        assets.resolve("etcd").toString(),
        "--data-dir=" + directory.resolve("etcd"),
        "--unsafe-no-fsync",
        "--log-level=error",
        "--listen-client-urls=http://127.0.0.1:" + clients,
        "--advertise-client-urls=http://127.0.0.1:" + clients,
        "--listen-peer-urls=http://127.0.0.1:" + peers,
        "--initial-advertise-peer-urls=http://127.0.0.1:" + peers,
        "--initial-cluster=default=http://127.0.0.1:" + peers);
    var tokens = directory.resolve("tokens.csv");
    Files.writeString(tokens, TOKEN + ",admin,admin,\"system:masters\"\n");
    var key = directory.resolve("accounts.key");
    Files.writeString(key, accountKey());
    var command = new ArrayList<String>();
    Collections.addAll(
        command,
        assets.resolve("kube-apiserver").toString(),
        "--etcd-servers=http://127.0.0.1:" + clients,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--secure-port=" + port,
        "--cert-dir=" + directory.resolve("certs"),
        "--token-auth-file=" + tokens,
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=" + key,
        "--service-account-signing-key-file=" + key,
        // No controller makes the accounts of pods that nobody runs.
        "--disable-admission-plugins=ServiceAccount");
    Collections.addAll(command, more);
    run("kube-apiserver", command.toArray(String[]::new));
  }

  private void run(String name, String... command) throws IOException {
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile())
            .start());
  }

  private void awaitReady() {
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      eventually()
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptionsInstanceOf(KubernetesClientException.class)
          .until(
              () -> {
                if (processes.stream().anyMatch(process -> !process.isAlive())) {
                  throw new IllegalStateException("A process ended: see its log");
                }
                return "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null;
              });
    }
  }

  private static String accountKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    var encoded = generator.generateKeyPair().getPrivate().getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(encoded)
        + "\n-----END PRIVATE KEY-----\n";
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    for (var process : processes.reversed()) {
      process.destroy();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
