package dev.millrace.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * What brokers on the loopback address show over TLS: a certificate that is its own authority.
 *
 * @param keys private key and certificate in one PEM file
 * @param authority the certificate, for clients to trust
 */
public record ServerIdentity(Path keys, Path authority) {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String ALIAS = "broker";
  private static final String PASSWORD = "of-no-use";

  /** Makes one by the JDK's keytool, in a folder that exists. */
  public static ServerIdentity in(Path folder) {
    Path store = folder.resolve("tls.p12");
    new Tool(folder)
        .run(
            LIMIT,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=" + ALIAS,
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-ext",
                "bc=ca:true",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD))
        .orThrow("keytool");
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      String certificate = section("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
      byte[] key = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
      return new ServerIdentity(
          Files.writeString(folder.resolve("tls.pem"), section("PRIVATE KEY", key) + certificate),
          Files.writeString(folder.resolve("tls-authority.pem"), certificate));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("keytool made what cannot be read", e);
    }
  }

  private static String section(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
  }
}
