package dev.millrace.local.api.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.json.Json;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgesTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT119S, 119s",
    "PT2M, 2m",
    "PT2M5S, 2m5s",
    "PT10M30S, 10m",
    "PT179M, 179m",
    "PT3H, 3h",
    "PT3H20M, 3h20m",
    "PT8H59M, 8h",
    "PT47H, 47h",
    "P2D, 2d",
    "P2DT3H, 2d3h",
    "P8D, 8d",
    "P729D, 729d",
    "P730D, 2y",
    "P731D, 2y1d",
    "P3650D, 10y"
  })
  void spansAreSaidAsKubectlSaysThem(Duration span, String said) {
    assertThat(Ages.human(span)).isEqualTo(said);
  }

  @ParameterizedTest
  @CsvSource({
    ".spec.brokers, 3",
    ".status.conditions[?(@.type==\"Ready\")].status, True",
    ".status.conditions[0].type, Ready",
    ".metadata.labels.millrace\\.dev/cluster, events",
    "{.spec.brokers}, 3"
  })
  void pathsLeadToWhatTheyName(String path, String found) {
    var object =
        Json.parseOwn(
            "{\"spec\": {\"brokers\": 3}, \"metadata\": {\"labels\": {\"millrace.dev/cluster\":"
                + " \"events\"}}, \"status\": {\"conditions\": [{\"type\": \"Ready\", \"status\":"
                + " \"True\"}]}}");
    assertThat(JsonPath.parse(path).find(object).getFirst().asText()).isEqualTo(found);
  }
}
