package dev.millrace.broker.apiserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.millrace.broker.wire.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A real etcd and kube-apiserver on free loopback ports, with Millrace's CRDs for the metadata log
 * and two users: an administrator, and one who may do exactly what a broker may.
 */
public final class ApiServer implements AutoCloseable {
  /** Everything for tests happens here. */
  public static final String NAMESPACE = "default";

  private static final String ADMIN_TOKEN = "admin-token-of-a-test";
  private static final String BROKER_TOKEN = "broker-token-of-a-test";

  private final Path assets;
  private final Path dir;
  private final List<Process> processes = new ArrayList<>();
  private final ObjectMapper mapper = new ObjectMapper();
  private final int apiPort;
  private final HttpClient client;

  private ApiServer(Path assets, Path dir) throws Exception {
    this.assets = assets;
    this.dir = dir;
    int etcdPort = FreePort.next();
    startEtcd(etcdPort, FreePort.next());
    this.apiPort = FreePort.next();
    startApiServer(etcdPort);
    Path certificate = dir.resolve("certs/apiserver.crt");
    await().atMost(Duration.ofMinutes(3)).until(() -> isWhole(certificate));
    Files.copy(certificate, dir.resolve("ca.crt"));
    this.client = HttpClient.newBuilder().sslContext(trusting(certificate)).build();
    await().atMost(Duration.ofMinutes(3)).ignoreExceptions().until(this::isReady);
    install();
  }

  /**
   * @param assets folder with {@code etcd} and {@code kube-apiserver}
   */
  public static ApiServer start(Path assets) throws Exception {
    Path dir = Files.createTempDirectory("millrace-api-server");
    return new ApiServer(assets, dir);
  }

  private void startEtcd(int clientPort, int peerPort) throws IOException {
    String client = "http://127.0.0.1:" + clientPort;
    String peer = "http://127.0.0.1:" + peerPort;
    start(
        "etcd",
        "--name=test",
        "--data-dir=" + dir.resolve("etcd"),
        "--unsafe-no-fsync",
        "--log-level=error",
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer,
        "--initial-cluster=test=" + peer);
  }

  private void startApiServer(int etcdPort) throws IOException, GeneralSecurityException {
    Path tokens = dir.resolve("tokens.csv");
    Files.writeString(
        tokens,
        "%s,admin,admin,\"system:masters\"\n%s,broker,broker\n"
            .formatted(ADMIN_TOKEN, BROKER_TOKEN));
    Path key = dir.resolve("service-accounts.key");
    Files.writeString(key, newKey());
    start(
        "kube-apiserver",
        "--etcd-servers=http://127.0.0.1:" + etcdPort,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--secure-port=" + apiPort,
        "--cert-dir=" + dir.resolve("certs"),
        "--token-auth-file=" + tokens,
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://127.0.0.1",
        "--service-account-key-file=" + key,
        "--service-account-signing-key-file=" + key,
        "--profiling=false");
  }

  private void start(String program, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(assets.resolve(program).toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve(program + ".out").toFile())
            .start();
    processes.add(process);
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  private static String newKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(key)
        + "\n-----END PRIVATE KEY-----\n";
  }

  private static boolean isWhole(Path certificate) throws IOException {
    return Files.exists(certificate)
        && Files.readString(certificate).strip().endsWith("-----END CERTIFICATE-----");
  }

  private static SSLContext trusting(Path certificate)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var pem = Files.newInputStream(certificate)) {
      int index = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca-" + index++, one);
      }
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private boolean isReady() throws Exception {
    return client.send(request("/readyz").GET().build(), BodyHandlers.discarding()).statusCode()
        == 200;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url().resolve(path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + ADMIN_TOKEN);
  }

  private void install() throws Exception {
    var yaml = new ObjectMapper(new YAMLFactory());
    Path crds = Path.of(System.getProperty("basedir", "."), "../../crds/src/main/resources/crds");
    for (String name : List.of("metadatalogs", "metadataslots")) {
      Path file = crds.resolve(name + ".millrace.dev.yaml");
      post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", yaml.readTree(file.toFile()));
      await()
          .atMost(Duration.ofMinutes(3))
          .until(
              () -> get("/apis/millrace.dev/v1beta1/" + name).path("kind").asText().length() > 6);
    }
    try (var roles = ApiServer.class.getResourceAsStream("broker-role.yaml")) {
      var values = yaml.readerFor(JsonNode.class).<JsonNode>readValues(roles).readAll();
      String path = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + NAMESPACE;
      post(path + "/roles", values.get(0));
      post(path + "/rolebindings", values.get(1));
    }
  }

  /** As the administrator. */
  public JsonNode get(String path) throws Exception {
    return mapper.readTree(
        client.send(request(path).GET().build(), BodyHandlers.ofString()).body());
  }

  /** As the administrator. */
  public JsonNode post(String path, JsonNode object) throws Exception {
    return send("POST", path, object);
  }

  /** As the administrator. */
  public JsonNode put(String path, JsonNode object) throws Exception {
    return send("PUT", path, object);
  }

  private JsonNode send(String method, String path, JsonNode object) throws Exception {
    var body = BodyPublishers.ofByteArray(mapper.writeValueAsBytes(object));
    var response =
        client.send(
            request(path).header("Content-Type", "application/json").method(method, body).build(),
            BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(method + " " + path + ": " + response.body());
    }
    return mapper.readTree(response.body());
  }

  public URI url() {
    return URI.create("https://127.0.0.1:" + apiPort);
  }

  public Path adminCredentials() throws IOException {
    return credentials("admin", ADMIN_TOKEN);
  }

  /** Of the user who may do what a broker may. */
  public Path brokerCredentials() throws IOException {
    return credentials("broker", BROKER_TOKEN);
  }

  private Path credentials(String user, String token) throws IOException {
    Path credentials = dir.resolve("credentials-" + user);
    if (!Files.exists(credentials)) {
      Files.createDirectory(credentials);
      Files.writeString(credentials.resolve("token"), token);
      Files.copy(dir.resolve("ca.crt"), credentials.resolve("ca.crt"));
    }
    return credentials;
  }

  @Override
  public void close() throws Exception {
    for (Process process : processes.reversed()) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    try (var files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
