package dev.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.compat.BrokerUnderTest.Target;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(BrokerUnderTest.class)
class JavaClientTest {

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void javaClientGetsBackWhatItSent(String groupProtocol, Target target) {
    // Given
    String topic = "compat-java-" + UUID.randomUUID().toString().substring(0, 8);
    TripData data = new TripData(topic, 10_000, 6);

    // When
    String line = new JavaRoundTrip(target.bootstrap(), data, groupProtocol).run();

    // Then
    target.report(line);
    assertThat(line).contains(": PASS 10000 records");
  }
}
