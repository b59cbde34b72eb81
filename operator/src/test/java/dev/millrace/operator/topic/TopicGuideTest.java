package dev.millrace.operator.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Whatever a LogTopic may say for a reason, the guide has something to say of it. */
class TopicGuideTest {
  private static final Path GUIDE = Path.of("../docs/troubleshoot.md");

  @Test
  void theGuideKnowsEveryReason() throws IOException {
    var guide = Files.readString(GUIDE);
    var topics = guide.substring(guide.indexOf("## LogTopics"));

    assertThat(topics)
        .contains(
            Arrays.stream(Finding.values()).map(finding -> "`" + finding.reason() + "`").toList());
  }
}
