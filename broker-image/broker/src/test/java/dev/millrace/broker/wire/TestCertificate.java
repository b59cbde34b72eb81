package dev.millrace.broker.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A key and a certificate for 127.0.0.1 that is its own authority, made by the JDK's keytool.
 *
 * @param pem key and certificate
 * @param authority the certificate alone, as PEM
 */
public record TestCertificate(
    Path pem, Path authority, PrivateKey key, X509Certificate certificate) {
  private static final char[] PASSWORD = "for-tests".toCharArray();

  /** Makes one; {@code algorithm} is RSA or EC. */
  public static TestCertificate in(Path directory, String name, String algorithm) throws Exception {
    Path file = directory.resolve(name + ".p12");
    generate(file, name, algorithm);
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    PrivateKey key = (PrivateKey) store.getKey(name, PASSWORD);
    X509Certificate certificate = (X509Certificate) store.getCertificate(name);
    String authority = section("CERTIFICATE", certificate.getEncoded());
    return new TestCertificate(
        Files.writeString(
            directory.resolve(name + ".pem"), section("PRIVATE KEY", key.getEncoded()) + authority),
        Files.writeString(directory.resolve(name + "-ca.pem"), authority),
        key,
        certificate);
  }

  /** One PEM section. */
  public static String section(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
  }

  /**
   * For a client that trusts this one.
   *
   * @param own what the client shows when asked, or null for nothing
   */
  public SSLContext trustedBy(@Nullable TestCertificate own)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("trusted", certificate);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    if (own != null) {
      keys.setKeyEntry("own", own.key(), PASSWORD, new X509Certificate[] {own.certificate()});
    }
    var shown = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    shown.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shown.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void generate(Path file, String name, String algorithm)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    name,
                    "-keyalg",
                    algorithm,
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=ip:127.0.0.1,dns:localhost",
                    "-ext",
                    "bc=ca:true",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    file.toString(),
                    "-storepass",
                    new String(PASSWORD)))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool: " + output);
    }
  }
}
