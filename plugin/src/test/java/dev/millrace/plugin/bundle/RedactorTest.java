package dev.millrace.plugin.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.plugin.kube.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private final Redactor redactor = new Redactor();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ssl.key.password=hunter2 three|ssl.key.password=[removed]",
        "ssl.key.password = hunter2|ssl.key.password = [removed]",
        "sasl.jaas.config=Module required password=\"x y\";|sasl.jaas.config=[removed]",
        "  password: hunter2|  password: [removed]",
        "- token: hunter2|- token: [removed]",
        "{\"user\":\"joe\",\"password\":\"hunter2\",\"a\":1}|{\"user\":\"joe\",\"password\":\"[removed]\",\"a\":1}",
        "login user=joe password=hunter2 ok|login user=joe password=[removed] ok",
        "2026 INFO Module required password=\"x y\" user=\"joe\"|2026 INFO Module required password=\"[removed]\" user=\"joe\"",
        "GET / Authorization: Basic am9lOmh1bnRlcjI=|GET / Authorization: [removed] [removed]",
        "curl -H 'X: Bearer abcdefgh.12345'|curl -H 'X: Bearer [removed]'",
        "at https://joe:hunter2@host/path|at https://[removed]@host/path",
        "it is eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl here|it is [removed] here",
        "aws_secret_access_key=AKIA/x+y|aws_secret_access_key=[removed]",
        "ssl.keystore.key=MIIEvQ|ssl.keystore.key=[removed]"
      })
  void aSecretIsTakenOutOfALine(String line, String wanted) {
    assertThat(redactor.text(line)).isEqualTo(wanted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "log.retention.hours=72",
        "ssl.keystore.location=/etc/tls/tls-combined.pem",
        "kubernetes.credentials.dir=/var/run/secrets/kubernetes.io/serviceaccount",
        "MountVolume.SetUp failed for volume \"tls\" : secret \"events-tls\" not found",
        "2026-11-26T14:00:00Z [] INFO Broker - listener=CLIENT port=9092 Listening",
        "topologyKey: topology.kubernetes.io/zone",
        "{\"topic\":\"orders\",\"partitions\":[[0,1,5,[1,2],[1],[]]]}"
      })
  void whatIsNoSecretStays(String line) {
    assertThat(redactor.text(line)).isEqualTo(line);
    assertThat(redactor.removed()).isZero();
  }

  @Test
  void valuesThatGoOnInFurtherLinesAreTakenOutToTheirEnd() {
    // When
    String text =
        redactor.text(
            """
            listeners=A
            sasl.jaas.config=Module required \\
               username="joe" \\
               password="hunter2";
            log.dirs=/data
            private_key: |
              MIIEvQIBADAN
              BgkqhkiG9w0B
            name: x
            -----BEGIN RSA PRIVATE KEY-----
            MIIEpAIBAAKCAQEA
            -----END RSA PRIVATE KEY-----
            end: y
            """);

    // Then
    assertThat(text)
        .isEqualTo(
            """
            listeners=A
            sasl.jaas.config=[removed]
            [removed]
            [removed]
            log.dirs=/data
            private_key: |
            [removed]
            [removed]
            name: x
            [removed]
            end: y
            """);
  }

  @Test
  void variablesFieldsAndCommandLinesOfObjectsAreCleanedAndReferencesStay() throws Exception {
    // Given
    JsonNode pod =
        Json.MAPPER.readTree(
            """
            {"spec": {"serviceAccountName": "x", "automountServiceAccountToken": true,
              "volumes": [{"secret": {"secretName": "events-tls"}}],
              "containers": [{
                "args": ["--user", "joe", "--password", "hunter2", "--token=abc", "--config=/x"],
                "env": [
                  {"name": "DB_PASSWORD", "value": "hunter2"},
                  {"name": "NODE", "value": "1"},
                  {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "token"}}}]}]},
             "data": {"broker.properties": "a=b\\nssl.key.password=hunter2\\n", "clientSecret": "s3"}}
            """);

    // When
    JsonNode cleaned = redactor.object(pod);

    // Then
    assertThat(cleaned)
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                {"spec": {"serviceAccountName": "x", "automountServiceAccountToken": true,
                  "volumes": [{"secret": {"secretName": "events-tls"}}],
                  "containers": [{
                    "args": ["--user", "joe", "--password", "[removed]", "--token=[removed]", "--config=/x"],
                    "env": [
                      {"name": "DB_PASSWORD", "value": "[removed]"},
                      {"name": "NODE", "value": "1"},
                      {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "token"}}}]}]},
                 "data": {"broker.properties": "a=b\\nssl.key.password=[removed]\\n", "clientSecret": "[removed]"}}
                """));
    assertThat(pod.toString()).as("the object that was given").contains("hunter2");
  }

  @Test
  void whatWasFoundOutOnceIsTakenOutWhereverItComesAgain() throws Exception {
    // Given
    redactor.object(
        Json.MAPPER.readTree("{\"name\": \"API_TOKEN\", \"value\": \"correct-horse-7\"}"));

    // When
    String log = redactor.text("cannot log in with correct-horse-7, giving up");

    // Then
    assertThat(log).isEqualTo("cannot log in with [removed], giving up");
  }

  @Test
  void wordsThatStandEverywhereAreNotLearnedAsSecrets() {
    // Given
    redactor.text("token=standard");

    // Then
    assertThat(redactor.text("storage class standard")).isEqualTo("storage class standard");
  }
}
