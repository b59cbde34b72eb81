package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.network.TlsSettings;
import dev.millrace.broker.network.TlsSettings.ClientCertificate;
import dev.millrace.broker.wire.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerTlsTest {
  private static final String SSL = "CLIENT:SSL";

  private static TestCertificate server;
  private static TestCertificate other;

  @TempDir Path directory;

  @BeforeAll
  static void certificates(@TempDir Path shared) throws Exception {
    server = TestCertificate.in(shared, "server", "EC");
    other = TestCertificate.in(shared, "other", "EC");
  }

  @Test
  void withoutAMapEveryListenerIsPlainText() {
    assertThat(config(null, Map.of()).tls()).isEmpty();
  }

  @Test
  void oneFileWithKeyAndCertificateIsEnough() {
    // When
    BrokerConfig config = config(SSL, Map.of("ssl.keystore.location", server.pem().toString()));

    // Then
    TlsSettings tls = config.tls().get("CLIENT");
    assertThat(config.tls()).containsOnlyKeys("CLIENT");
    assertThat(tls).isNotNull();
    assertThat(tls.chain()).containsExactly(server.certificate());
    assertThat(tls.key()).isEqualTo(server.key());
    assertThat(tls.client()).isEqualTo(ClientCertificate.NONE);
    assertThat(tls.protocols()).containsExactly("TLSv1.3", "TLSv1.2");
    assertThat(
            Parts.identity(
                    config, new DirectoryIdentity("c", 3, Uuid.randomUuid()), OptionalLong.empty())
                .listeners())
        .extracting(listener -> listener.name() + " " + listener.securityProtocol())
        .containsExactly(
            "CLIENT " + SecurityProtocol.SSL, "INTERNAL " + SecurityProtocol.PLAINTEXT);
  }

  @Test
  void keysMayStandInTheSettingsAndAListenersOwnSettingsWin() throws Exception {
    // When
    BrokerConfig config =
        config(
            SSL,
            Map.of(
                "ssl.keystore.certificate.chain",
                Files.readString(server.authority()),
                "ssl.keystore.key",
                TestCertificate.section("PRIVATE KEY", server.key().getEncoded()),
                "ssl.truststore.location",
                other.authority().toString(),
                "ssl.client.auth",
                "none",
                "listener.name.client.ssl.client.auth",
                "required"));

    // Then
    TlsSettings tls = config.tls().get("CLIENT");
    assertThat(tls).isNotNull();
    assertThat(tls.client()).isEqualTo(ClientCertificate.REQUIRED);
    assertThat(tls.trusted()).containsExactly(other.certificate());
    assertThat(tls.toString() + config.values()).doesNotContain("PRIVATE KEY");
  }

  @Test
  void anEncryptedKeyIsReadWithItsPassword() throws Exception {
    // Given
    Path encrypted = directory.resolve("encrypted");
    Process openssl =
        new ProcessBuilder(
                List.of(
                    "openssl",
                    "pkcs8",
                    "-topk8",
                    "-in",
                    server.pem().toString(),
                    "-passout",
                    "pass:secret",
                    "-out",
                    encrypted.toString()))
            .start();
    assertThat(openssl.waitFor()).isZero();
    Path pem =
        Files.writeString(
            directory.resolve("pem"),
            Files.readString(encrypted) + Files.readString(server.authority()));
    var settings = new HashMap<>(Map.of("ssl.keystore.location", pem.toString()));

    // Then
    assertThatThrownBy(() -> config(SSL, settings)).hasMessageContaining("ssl.key.password");
    settings.put("ssl.key.password", "wrong");
    assertThatThrownBy(() -> config(SSL, settings)).isInstanceOf(InvalidSettingException.class);
    settings.put("ssl.key.password", "secret");
    TlsSettings tls = config(SSL, settings).tls().get("CLIENT");
    assertThat(tls).isNotNull();
    assertThat(tls.key()).isEqualTo(server.key());
  }

  @ParameterizedTest
  @CsvSource({
    "CLIENT,is not of the form LISTENER:PROTOCOL",
    "CLEINT:SSL,lacks CLIENT",
    "CLIENT:SASL_SSL,'may be PLAINTEXT or SSL, not SASL_SSL'",
    "'CLIENT:PLAINTEXT,INTERNAL:SSL',INTERNAL speaks PLAINTEXT only",
    "CLIENT:SSL,wants ssl.keystore.location"
  })
  void aMapThatCannotBeMeantIsRefused(String map, String message) {
    assertThatThrownBy(() -> config(map, Map.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "ssl.keystore.location,/no/such/file,there is no such file",
    "ssl.keystore.type,JKS,use ssl.keystore.type=PEM",
    "ssl.keystore.type,PKCS12,use ssl.keystore.type=PEM",
    "ssl.truststore.type,JKS,use ssl.truststore.type=PEM",
    "ssl.client.auth,required,wants ssl.truststore.location",
    "ssl.client.auth,sometimes,ssl.client.auth",
    "ssl.enabled.protocols,SSLv3,ssl.enabled.protocols",
    "ssl.keystore.key,abc,'set one of them'",
    "listener.name.clients.ssl.client.auth,none,is of a listener that listeners does not have",
    "listener.name.client.ssl.client.aut,none,There is no setting"
  })
  void whatIsWrongIsNamed(String setting, String value, String message) {
    // Given
    var settings = new HashMap<>(Map.of("ssl.keystore.location", server.pem().toString()));

    // When
    settings.put(setting, value);

    // Then
    assertThatThrownBy(() -> config(SSL, settings))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(setting)
        .hasMessageContaining(message);
  }

  @Test
  void aFileWithoutWhatIsWantedIsNamedWithTheWayOut() throws Exception {
    // Given
    String certificate = Files.readString(server.authority());
    Map<String, String> wrong =
        Map.of(
            "binary",
            "has no section BEGIN CERTIFICATE",
            certificate,
            "has no section BEGIN PRIVATE KEY",
            certificate + TestCertificate.section("RSA PRIVATE KEY", new byte[] {1}),
            "openssl pkcs8 -topk8 -nocrypt",
            certificate + TestCertificate.section("PRIVATE KEY", new byte[] {1}),
            "cannot be read as the certificate's",
            certificate + TestCertificate.section("PRIVATE KEY", other.key().getEncoded()),
            "is not the one of the first certificate");

    // Then
    for (var one : wrong.entrySet()) {
      Path file = Files.writeString(directory.resolve("pem"), one.getKey());
      assertThatThrownBy(() -> config(SSL, Map.of("ssl.keystore.location", file.toString())))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("ssl.keystore.location=" + file)
          .hasMessageContaining(one.getValue());
    }
  }

  @Test
  void anUnknownCipherSuiteIsNamedBeforeAnythingStarts() {
    // Given
    BrokerConfig config =
        config(
            SSL,
            Map.of("ssl.keystore.location", server.pem().toString(), "ssl.cipher.suites", "ROT13"));

    // Then
    assertThatThrownBy(() -> Parts.tls(config))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("listener CLIENT")
        .hasMessageContaining("ROT13");
  }

  private static BrokerConfig config(@Nullable String map, Map<String, String> more) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "node.id", "3",
                "listeners", "CLIENT://127.0.0.1:9092,INTERNAL://127.0.0.1:9091",
                "log.dirs", "/tmp/millrace"));
    if (map != null) {
      all.put("listener.security.protocol.map", map);
    }
    all.putAll(more);
    return BrokerConfig.of(all);
  }
}
