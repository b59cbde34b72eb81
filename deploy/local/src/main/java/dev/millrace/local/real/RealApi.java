package dev.millrace.local.real;

import dev.millrace.local.LocalApi;
import dev.millrace.local.tls.Identity;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A kube-apiserver on an etcd, both on the loopback interface and with their data in a directory.
 * Rights are judged (RBAC). There are no controllers: what these do for a local cluster, its node
 * does.
 */
public final class RealApi implements LocalApi {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final List<Process> processes = new ArrayList<>();
  private final Path directory;
  private final String url;

  private RealApi(Path directory, String url) {
    this.directory = directory;
    this.url = url;
  }

  /** Starts both; returns when the API is ready. */
  public static RealApi start(Binaries binaries, Path directory, Identity identity, int port)
      throws IOException, InterruptedException, GeneralSecurityException {
    Files.createDirectories(directory);
    int apiPort = free(port);
    RealApi api = new RealApi(directory, "https://127.0.0.1:" + apiPort);
    try {
      String etcd = "http://127.0.0.1:" + free(0);
      api.startEtcd(binaries, etcd);
      api.startApiServer(binaries, etcd, apiPort, identity);
      api.awaitReady(identity);
      return api;
    } catch (IOException | InterruptedException | GeneralSecurityException e) {
      api.close();
      throw e;
    }
  }

  private void startEtcd(Binaries binaries, String client) throws IOException {
    String peer = "http://127.0.0.1:" + free(0);
    run(
        "etcd",
        List.of(
            binaries.etcd().toString(),
            "--name=local",
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=local=" + peer,
            "--unsafe-no-fsync",
            "--log-level=warn"));
  }

  private void startApiServer(Binaries binaries, String etcd, int port, Identity identity)
      throws IOException {
    Path tokens = directory.resolve("tokens.csv");
    write(tokens, identity.token() + ",admin,admin,\"system:masters\"\n");
    run(
        "kube-apiserver",
        List.of(
            binaries.apiServer().toString(),
            "--etcd-servers=" + etcd,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--secure-port=" + port,
            "--tls-cert-file=" + identity.certificate(),
            "--tls-private-key-file=" + identity.key(),
            "--token-auth-file=" + tokens,
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            "--service-account-key-file=" + identity.certificate(),
            "--service-account-signing-key-file=" + identity.key(),
            // There is no controller that would make the default service accounts.
            "--disable-admission-plugins=ServiceAccount",
            "--profiling=false"));
  }

  private void run(String name, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.redirectErrorStream(true).redirectInput(new File("/dev/null"));
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()));
    processes.add(builder.start());
  }

  private void awaitReady(Identity identity)
      throws IOException, InterruptedException, GeneralSecurityException {
    long end = System.nanoTime() + START.toNanos();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/readyz"))
            .header("Authorization", "Bearer " + identity.token())
            .timeout(Duration.ofSeconds(2))
            .build();
    try (HttpClient http = HttpClient.newBuilder().sslContext(identity.clientContext()).build()) {
      while (System.nanoTime() < end) {
        for (Process process : processes) {
          if (!process.isAlive()) {
            throw new IOException("kube-apiserver or etcd ended; their logs are in " + directory);
          }
        }
        try {
          if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // Not listening yet.
        }
        Thread.sleep(100);
      }
    }
    throw new IOException("kube-apiserver is not ready; its log is in " + directory);
  }

  @Override
  public String url() {
    return url;
  }

  @Override
  public String description() {
    return "kube-apiserver";
  }

  @Override
  public void close() {
    // The API server first: it complains at length about an etcd that is gone.
    for (Process process : processes.reversed()) {
      process.destroy();
      try {
        if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  private static int free(int preferred) throws IOException {
    try (ServerSocket socket = new ServerSocket(preferred, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      if (preferred == 0) {
        throw e;
      }
      return free(0);
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
