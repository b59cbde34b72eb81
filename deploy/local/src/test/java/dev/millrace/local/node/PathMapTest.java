package dev.millrace.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PathMapTest {
  private final PathMap paths =
      new PathMap(
          Map.of(
              "/tmp", Path.of("/tmp/run/scratch"),
              "/etc/millrace", Path.of("/tmp/run/config"),
              "/var/lib/millrace", Path.of("/tmp/run/data")));

  @Test
  void mountPathsBecomeDirectoriesWhereverTheyStand() {
    assertThat(paths.translate("--config=/etc/millrace/broker.properties"))
        .isEqualTo("--config=/tmp/run/config/broker.properties");
    assertThat(paths.translate("log.dirs=/var/lib/millrace/data\nx=/tmp\n"))
        .isEqualTo("log.dirs=/tmp/run/data/data\nx=/tmp/run/scratch\n");
  }

  @Test
  void whatOnlyLooksLikeOneIsLeftAlone() {
    assertThat(paths.translate("/etc/millrace2 /opt/tmp a/tmp /tmpfs http://host/tmp"))
        .isEqualTo("/etc/millrace2 /opt/tmp a/tmp /tmpfs http://host/tmp");
  }
}
