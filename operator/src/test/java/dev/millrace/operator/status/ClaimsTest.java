package dev.millrace.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.status.Claims.Claim;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClaimsTest {
  @Test
  void growthIsToldOfThoseThatAreTooSmall() {
    assertThat(claims(claim("10Gi", "10Gi")).growth()).isEmpty();
    assertThat(claims(claim("10Gi", "20Gi"), claim("20Gi", "20Gi"), claim("5Gi", "20Gi")).growth())
        .contains("volumes of 20Gi, without a restart");
  }

  private static Claims claims(Claim... all) {
    return new Claims(List.of(all), Optional.empty());
  }

  private static Claim claim(String has, String wanted) {
    return new Claim(
        "data",
        "Bound",
        Optional.of(new Quantity(has)),
        Optional.of(new Quantity(has)),
        new Quantity(wanted));
  }
}
