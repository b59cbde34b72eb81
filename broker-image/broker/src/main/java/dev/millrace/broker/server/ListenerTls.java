package dev.millrace.broker.server;

import dev.millrace.broker.network.TlsSettings;
import dev.millrace.broker.network.TlsSettings.ClientCertificate;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.network.SocketServerConfigs;
import org.jspecify.annotations.Nullable;

/**
 * Which listeners speak TLS, and with what: Kafka's settings, of which keys and certificates are
 * PEM. {@code listener.name.NAME.ssl…} is for the one listener. Stateless.
 */
final class ListenerTls {
  private static final String PROTOCOLS = SocketServerConfigs.LISTENER_SECURITY_PROTOCOL_MAP_CONFIG;
  private static final String PEM = "PEM";
  private static final Pattern OF_ONE_LISTENER =
      Pattern.compile("listener\\.name\\.([a-z0-9_]+)\\.(ssl\\..+)");

  private ListenerTls() {}

  static ConfigDef definition() {
    return new ConfigDef()
        .define(
            SslConfigs.SSL_KEYSTORE_TYPE_CONFIG,
            Type.STRING,
            PEM,
            Importance.MEDIUM,
            "PEM; nothing else is supported.")
        .define(
            SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
            Type.STRING,
            null,
            Importance.HIGH,
            "One PEM file with the private key and the certificate chain.")
        .define(
            SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG,
            Type.PASSWORD,
            null,
            Importance.HIGH,
            "The certificate chain itself, in place of the file.")
        .define(
            SslConfigs.SSL_KEYSTORE_KEY_CONFIG,
            Type.PASSWORD,
            null,
            Importance.HIGH,
            "The private key itself, in place of the file.")
        .define(
            SslConfigs.SSL_KEY_PASSWORD_CONFIG,
            Type.PASSWORD,
            null,
            Importance.HIGH,
            "What the private key is encrypted with, if it is.")
        .define(
            SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
            Type.STRING,
            PEM,
            Importance.MEDIUM,
            "PEM; nothing else is supported.")
        .define(
            SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
            Type.STRING,
            null,
            Importance.HIGH,
            "A PEM file with the authorities of clients' certificates.")
        .define(
            SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG,
            Type.PASSWORD,
            null,
            Importance.HIGH,
            "These authorities themselves, in place of the file.")
        .define(
            BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG,
            Type.STRING,
            "none",
            ValidString.in("none", "requested", "required"),
            Importance.MEDIUM,
            "Whether clients have to show a certificate.")
        .define(
            SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG,
            Type.LIST,
            "TLSv1.3,TLSv1.2",
            ConfigDef.ValidList.in(false, "TLSv1.3", "TLSv1.2"),
            Importance.MEDIUM,
            "What is spoken.")
        .define(
            SslConfigs.SSL_CIPHER_SUITES_CONFIG,
            Type.LIST,
            List.of(),
            Importance.LOW,
            "Cipher suites by their Java names; empty: the engine's own choice.");
  }

  /** The name of a setting of one listener as it is for all of them; any other as it is. */
  static String withoutListener(String name) {
    var matcher = OF_ONE_LISTENER.matcher(name);
    return matcher.matches() ? matcher.group(2) : name;
  }

  /**
   * Reads keys and certificates too, so that what is wrong with them is found at the start.
   *
   * @param settings as written
   * @return by listener
   * @throws InvalidSettingException naming the setting and the way out
   */
  static Map<String, TlsSettings> read(
      List<ListenerAddress> listeners, Map<String, String> settings) {
    checkListeners(listeners, settings);
    Map<String, String> protocols = protocols(settings.get(PROTOCOLS));
    Map<String, TlsSettings> all = new HashMap<>();
    for (ListenerAddress listener : listeners) {
      String protocol = protocol(listener, protocols);
      switch (protocol) {
        case "PLAINTEXT" -> {}
        case "SSL" -> all.put(listener.name(), of(listener, settings));
        default ->
            throw new InvalidSettingException(
                PROTOCOLS + ": " + listener.name() + " may be PLAINTEXT or SSL, not " + protocol);
      }
    }
    return Map.copyOf(all);
  }

  private static void checkListeners(
      List<ListenerAddress> listeners, Map<String, String> settings) {
    for (String name : settings.keySet()) {
      var matcher = OF_ONE_LISTENER.matcher(name);
      if (matcher.matches()
          && listeners.stream().noneMatch(l -> prefix(l).equals(prefix(matcher.group(1))))) {
        throw new InvalidSettingException(
            name
                + " is of a listener that "
                + SocketServerConfigs.LISTENERS_CONFIG
                + " does not have");
      }
    }
  }

  private static String prefix(ListenerAddress listener) {
    return prefix(listener.name().toLowerCase(Locale.ROOT));
  }

  private static String prefix(String lowerCaseName) {
    return "listener.name." + lowerCaseName + ".";
  }

  private static Map<String, String> protocols(@Nullable String map) {
    Map<String, String> all = new HashMap<>();
    for (String entry : map == null ? new String[0] : map.split(",")) {
      String[] pair = entry.strip().toUpperCase(Locale.ROOT).split(":");
      if (pair.length != 2) {
        throw new InvalidSettingException(
            PROTOCOLS + ": " + entry.strip() + " is not of the form LISTENER:PROTOCOL");
      }
      all.put(pair[0].strip(), pair[1].strip());
    }
    return all;
  }

  private static String protocol(ListenerAddress listener, Map<String, String> protocols) {
    String protocol = protocols.get(listener.name());
    if (listener.internal()) {
      if (protocol != null && !protocol.equals("PLAINTEXT")) {
        throw new InvalidSettingException(
            PROTOCOLS
                + ": INTERNAL speaks PLAINTEXT only, not "
                + protocol
                + "; keep its port from others by a network policy");
      }
      return "PLAINTEXT";
    }
    if (protocol != null) {
      return protocol;
    }
    if (!protocols.isEmpty()) {
      // A listener whose name is misspelt there must not end up in plain text.
      throw new InvalidSettingException(PROTOCOLS + " lacks " + listener.name());
    }
    return listener.name().equals("SSL") ? "SSL" : "PLAINTEXT";
  }

  private static TlsSettings of(ListenerAddress listener, Map<String, String> settings) {
    Map<String, String> own = new HashMap<>(settings);
    settings.forEach(
        (name, value) -> {
          if (name.startsWith(prefix(listener))) {
            own.put(withoutListener(name), value);
          }
        });
    AbstractConfig values;
    try {
      values = new AbstractConfig(definition(), own, false);
    } catch (ConfigException e) {
      throw new InvalidSettingException(String.valueOf(e.getMessage()));
    }
    Pem chain = certificateChain(values);
    Pem keys = key(values);
    List<X509Certificate> certificates = chain.certificates();
    PrivateKey key =
        keys.privateKey(
            certificates.getFirst().getPublicKey(),
            text(values, SslConfigs.SSL_KEY_PASSWORD_CONFIG));
    ClientCertificate client =
        ClientCertificate.valueOf(
            values
                .getString(BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG)
                .toUpperCase(Locale.ROOT));
    return new TlsSettings(
        certificates,
        key,
        trusted(values, client),
        client,
        values.getList(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG),
        values.getList(SslConfigs.SSL_CIPHER_SUITES_CONFIG));
  }

  private static Pem certificateChain(AbstractConfig values) {
    pemOnly(values, SslConfigs.SSL_KEYSTORE_TYPE_CONFIG);
    return store(
        values,
        SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
        SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG);
  }

  private static Pem key(AbstractConfig values) {
    return store(
        values, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, SslConfigs.SSL_KEYSTORE_KEY_CONFIG);
  }

  /** What stands in the settings themselves, or in the file that they name. */
  private static Pem store(AbstractConfig values, String location, String inline) {
    String text = text(values, inline);
    String file = values.getString(location);
    if (text != null) {
      if (file != null) {
        throw new InvalidSettingException(inline + " and " + location + ": set one of them");
      }
      return new Pem(inline, text);
    }
    if (file == null) {
      throw new InvalidSettingException(
          "a listener that speaks SSL wants " + location + " or " + inline + ", and has neither");
    }
    return Pem.in(location, file);
  }

  private static List<X509Certificate> trusted(AbstractConfig values, ClientCertificate client) {
    pemOnly(values, SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG);
    String location = SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG;
    String inline = SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG;
    if (values.getString(location) == null && text(values, inline) == null) {
      if (client != ClientCertificate.NONE) {
        throw new InvalidSettingException(
            BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG
                + " wants "
                + location
                + ": whose certificates are clients to have?");
      }
      return List.of();
    }
    return store(values, location, inline).certificates();
  }

  private static void pemOnly(AbstractConfig values, String setting) {
    String type = values.getString(setting);
    if (!type.equalsIgnoreCase(PEM)) {
      throw new InvalidSettingException(
          setting
              + "="
              + type
              + " is not supported; use "
              + setting
              + "=PEM (openssl pkcs12 -nodes makes a PEM file of a PKCS12 one)");
    }
  }

  private static @Nullable String text(AbstractConfig values, String setting) {
    Password password = values.getPassword(setting);
    return password == null ? null : password.value();
  }
}
