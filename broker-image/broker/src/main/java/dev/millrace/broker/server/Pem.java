package dev.millrace.broker.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * PEM text and the setting that it came by, which every refusal names. Immutable.
 *
 * @param source the setting, and the file where it names one
 */
record Pem(String source, String text) {
  private static final Pattern SECTION =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PLAIN_KEY = "PRIVATE KEY";
  private static final String ENCRYPTED_KEY = "ENCRYPTED PRIVATE KEY";

  /** Reads a file. */
  static Pem in(String setting, String file) {
    try {
      return new Pem(
          setting + "=" + file, Files.readString(Path.of(file), StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new InvalidSettingException(setting + "=" + file + ": there is no such file");
    } catch (IOException e) {
      throw new InvalidSettingException(setting + "=" + file + " cannot be read: " + e);
    }
  }

  /** All certificates, in the order in which they stand there. */
  List<X509Certificate> certificates() {
    List<X509Certificate> all = new ArrayList<>();
    for (MatchResult section : sections()) {
      if (section.group(1).equals(CERTIFICATE)) {
        try {
          var der = new ByteArrayInputStream(bytes(section));
          all.add(
              (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
          throw refusal("has a certificate that cannot be read: " + e.getMessage());
        }
      }
    }
    if (all.isEmpty()) {
      throw refusal("has no section BEGIN CERTIFICATE; is it PEM?");
    }
    return all;
  }

  /**
   * The first private key.
   *
   * @param owner of the certificate that it has to belong to
   * @param password what it is encrypted with, if it is
   */
  PrivateKey privateKey(PublicKey owner, @Nullable String password) {
    MatchResult section =
        sections().stream()
            .filter(one -> one.group(1).endsWith(PLAIN_KEY))
            .findFirst()
            .orElseThrow(() -> refusal("has no section BEGIN PRIVATE KEY"));
    String form = section.group(1);
    if (!form.equals(PLAIN_KEY) && !form.equals(ENCRYPTED_KEY)) {
      throw refusal(
          "has a section BEGIN "
              + form
              + "; PKCS#8 is wanted, which openssl pkcs8 -topk8 -nocrypt makes of it");
    }
    if (form.equals(ENCRYPTED_KEY) && password == null) {
      throw refusal("has an encrypted key, for which ssl.key.password is wanted");
    }
    try {
      PKCS8EncodedKeySpec spec =
          form.equals(PLAIN_KEY) || password == null
              ? new PKCS8EncodedKeySpec(bytes(section))
              : decrypted(bytes(section), password);
      PrivateKey key = KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(spec);
      if (belongs(key, owner)) {
        return key;
      }
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw refusal(
          "has a private key that cannot be read as the certificate's, of algorithm "
              + owner.getAlgorithm()
              + ": "
              + e.getMessage());
    }
    throw refusal("has a private key that is not the one of the first certificate");
  }

  private static PKCS8EncodedKeySpec decrypted(byte[] der, String password)
      throws GeneralSecurityException, IOException {
    var info = new EncryptedPrivateKeyInfo(der);
    // PBES2 has its algorithms in its parameters.
    String algorithm =
        info.getAlgName().equals("PBES2") ? info.getAlgParameters().toString() : info.getAlgName();
    var secret =
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec(password.toCharArray()));
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(Cipher.DECRYPT_MODE, secret, info.getAlgParameters());
    return info.getKeySpec(cipher);
  }

  private static boolean belongs(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
    String algorithm =
        switch (owner.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> owner.getAlgorithm();
        };
    byte[] probe = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(owner);
    signature.update(probe);
    return signature.verify(signed);
  }

  private List<MatchResult> sections() {
    return SECTION.matcher(text).results().toList();
  }

  private static byte[] bytes(MatchResult section) {
    return Base64.getMimeDecoder().decode(section.group(2));
  }

  private InvalidSettingException refusal(String what) {
    return new InvalidSettingException(source + " " + what);
  }

  /** Without the text, which may be a key. */
  @Override
  public String toString() {
    return "Pem(" + source + ")";
  }
}
