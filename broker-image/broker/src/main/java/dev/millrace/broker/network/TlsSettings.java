package dev.millrace.broker.network;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a TLS listener shows of itself and wants of its clients. Immutable.
 *
 * @param chain the listener's certificate and those that lead to its authority, in this order
 * @param key belongs to the first of them
 * @param trusted authorities of clients' certificates; empty: those that the JDK trusts
 * @param client whether clients have to show a certificate
 * @param protocols of {@code TLSv1.3} and {@code TLSv1.2}
 * @param cipherSuites by their Java names; empty: the engine's own choice
 */
public record TlsSettings(
    List<X509Certificate> chain,
    PrivateKey key,
    List<X509Certificate> trusted,
    ClientCertificate client,
    List<String> protocols,
    List<String> cipherSuites) {
  /** What is asked of clients. */
  public enum ClientCertificate {
    NONE,
    REQUESTED,
    REQUIRED
  }

  public TlsSettings {
    chain = List.copyOf(chain);
    trusted = List.copyOf(trusted);
    protocols = List.copyOf(protocols);
    cipherSuites = List.copyOf(cipherSuites);
    if (chain.isEmpty() || protocols.isEmpty()) {
      throw new IllegalArgumentException("a certificate and a protocol are needed");
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "TlsSettings(" + chain.getFirst().getSubjectX500Principal() + ", " + protocols + ")";
  }
}
