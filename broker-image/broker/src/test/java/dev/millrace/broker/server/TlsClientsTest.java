package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.wire.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kafka's own clients against brokers whose clients' listener speaks TLS and wants certificates.
 */
class TlsClientsTest {
  private static TestCertificate server;
  private static TestCertificate client;
  private static BrokerHarness brokers;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    server = TestCertificate.in(directory, "server", "EC");
    client = TestCertificate.in(directory, "client", "RSA");
    brokers =
        BrokerHarness.start(
            directory,
            2,
            Map.of(
                "listener.security.protocol.map",
                "CLIENT:SSL,INTERNAL:PLAINTEXT",
                "ssl.keystore.location",
                server.pem().toString(),
                "listener.name.client.ssl.client.auth",
                "required",
                "ssl.truststore.location",
                client.authority().toString()));
  }

  @AfterAll
  static void stop() {
    brokers.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void whatIsProducedIsConsumed(String protocol) throws Exception {
    // Given
    String topic = "orders-" + protocol;
    Map<String, Object> config = secured();
    config.put("ssl.enabled.protocols", protocol);
    try (var admin = Admin.create(config)) {
      admin.createTopics(List.of(new NewTopic(topic, 3, (short) 2))).all().get();
    }
    List<String> sent =
        IntStream.range(0, 3000).mapToObj(i -> "value-" + i + "-".repeat(1000)).toList();

    // When
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (String value : sent) {
        producer.send(new ProducerRecord<>(topic, value));
      }
    }
    List<String> read = new ArrayList<>();
    config.put("group.id", topic);
    config.put("auto.offset.reset", "earliest");
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      await()
          .atMost(BrokerHarness.DEADLINE)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
                return read.size() >= sent.size();
              });
    }

    // Then
    assertThat(read).containsExactlyInAnyOrderElementsOf(sent);
  }

  @Test
  void aClientWithoutACertificateIsToldSo() {
    // Given
    Map<String, Object> config = secured();
    config.remove("ssl.keystore.certificate.chain");
    config.remove("ssl.keystore.key");
    config.remove("ssl.keystore.type");

    // Then
    try (var admin = Admin.create(config)) {
      assertThatThrownBy(() -> admin.describeCluster().nodes().get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SslAuthenticationException.class);
    }
  }

  private static Map<String, Object> secured() {
    try {
      Map<String, Object> config = brokers.client();
      config.put("security.protocol", "SSL");
      config.put("ssl.truststore.type", "PEM");
      config.put("ssl.truststore.location", server.authority().toString());
      config.put("ssl.keystore.type", "PEM");
      config.put("ssl.keystore.certificate.chain", Files.readString(client.authority()));
      config.put(
          "ssl.keystore.key", TestCertificate.section("PRIVATE KEY", client.key().getEncoded()));
      return config;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
