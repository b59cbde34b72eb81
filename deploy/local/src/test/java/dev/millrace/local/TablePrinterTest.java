package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.json.Json;
import org.junit.jupiter.api.Test;

class TablePrinterTest {
  @Test
  void columnsAreAsWideAsTheirWidestCellAndWideOnesLeftOut() {
    // Given
    var table =
        Json.parseOwn(
            """
            {"columnDefinitions": [{"name": "Name", "priority": 0}, {"name": "Ip", "priority": 1},
              {"name": "Ready", "priority": 0}, {"name": "Age", "priority": 0}],
             "rows": [{"cells": ["events", "x", 3, "4d"]}, {"cells": ["a", "x", null, "90d"]}]}
            """);

    // When, Then
    assertThat(TablePrinter.render(table))
        .containsExactly("NAME     READY   AGE", "events   3       4d", "a                90d");
  }
}
