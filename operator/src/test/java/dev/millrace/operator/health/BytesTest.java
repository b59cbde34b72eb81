package dev.millrace.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BytesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1023, 1020",
    "1234567, 1Mi",
    "1073741824, 1Gi",
    "227633266688, 210Gi",
    "9223372036854775807, 7Ei"
  })
  void twoDigitsAndAUnitAreToldOfAnAmount(long bytes, String text) {
    assertThat(Bytes.text(Bytes.rounded(bytes))).isEqualTo(text);
  }
}
