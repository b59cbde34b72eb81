package dev.millrace.local.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The local API's self-signed certificate, its key and the administrator's token. Made once by the
 * JDK's keytool and kept in a directory that only the user can read.
 */
public final class Identity {
  private static final String ALIAS = "api";
  private static final char[] PASSWORD = "millrace".toCharArray();
  private static final int KEYTOOL_SECONDS = 60;

  private final Path directory;
  private final KeyStore keys;
  private final String token;

  private Identity(Path directory, KeyStore keys, String token) {
    this.directory = directory;
    this.keys = keys;
    this.token = token;
  }

  /** Opens what {@code directory} holds, or makes it. */
  public static Identity in(Path directory) throws IOException, GeneralSecurityException {
    Files.createDirectories(directory);
    if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
    Path file = directory.resolve("api.p12");
    if (!Files.exists(file)) {
      generate(file);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    Path tokenFile = directory.resolve("token");
    if (!Files.exists(tokenFile)) {
      byte[] secret = new byte[24];
      new SecureRandom().nextBytes(secret);
      Files.writeString(tokenFile, HexFormat.of().formatHex(secret));
    }
    Identity identity = new Identity(directory, keys, Files.readString(tokenFile));
    identity.writePem("api.crt", "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    identity.writePem("api.key", "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD).getEncoded());
    return identity;
  }

  public SSLContext serverContext() throws GeneralSecurityException {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** For clients of the local API: trusts it and nothing else. */
  public SSLContext clientContext() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  public String token() {
    return token;
  }

  /** The certificate, which is its own authority, as PEM. */
  public Path certificate() {
    return directory.resolve("api.crt");
  }

  public Path key() {
    return directory.resolve("api.key");
  }

  private void writePem(String name, String label, byte[] der) throws IOException {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    Files.writeString(
        directory.resolve(name),
        "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
  }

  private static void generate(Path file) throws IOException {
    // The JDK has no public API that signs certificates; its own tool does.
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command =
        List.of(
            keytool.toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-validity",
            "3650",
            "-dname",
            "CN=millrace-local",
            "-ext",
            "san=ip:127.0.0.1,dns:localhost",
            "-ext",
            "bc=ca:true",
            "-storetype",
            "PKCS12",
            "-keystore",
            file.toString(),
            "-storepass",
            new String(PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("keytool failed: " + output);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    }
  }
}
