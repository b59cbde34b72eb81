package dev.millrace.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.bench.plot.BarChart.Bar;
import dev.millrace.bench.plot.BarChart.Kind;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class BarChartTest {

  @Test
  void scaleEndsAtStepsThatHaveRoomForAllValues() {
    // When
    LogScale scale = LogScale.over(List.of(0.07, 3.0), 100, 200);

    // Then
    assertThat(scale.min()).isCloseTo(0.05, within(1e-9));
    assertThat(scale.max()).isCloseTo(5, within(1e-9));
    assertThat(scale.ticks()).hasSize(7);
    assertThat(scale.at(0.05)).isCloseTo(100, within(1e-6));
    assertThat(scale.at(0.5)).isCloseTo(150, within(1e-6));
    assertThat(scale.at(1000)).isEqualTo(200);
  }

  @Test
  void singleValueAtAStepStillHasAnAxis() {
    // When
    LogScale scale = LogScale.over(List.of(1.0), 0, 10);

    // Then
    assertThat(scale.max()).isGreaterThan(scale.min());
  }

  @Test
  void chartIsADocumentWithABarAndAMarkForEachThatHasOne() throws Exception {
    // Given
    BarChart chart =
        new BarChart(
            "a < b & c",
            "note",
            1,
            List.of(
                new Bar("first", 0.2, 0.3, Kind.OURS, "0.20"),
                new Bar("second", 2, null, Kind.MISSED, "2.00")));

    // When
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(chart.svg().getBytes(StandardCharsets.UTF_8)));

    // Then
    assertThat(document.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("a < b & c");
    assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(2);
    assertThat(chart.svg()).containsOnlyOnce("class=\"mark\"").contains("class=\"missed\"");
  }
}
