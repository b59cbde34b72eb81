package dev.millrace.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The recipe as a whole, with the smallest runtime there is. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "images carry the build machine's libraries")
class ImageBuilderTest {

  @TempDir private Path folder = Path.of("");

  @Test
  void givesTheSameImageForTheSameInput() throws IOException {
    // Given
    ImageSpec spec = spec(List.of(jar("hello.jar")));

    // When
    String first = new ImageBuilder(folder.resolve("a")).build(spec, folder.resolve("a.tar"));
    String second = new ImageBuilder(folder.resolve("b")).build(spec, folder.resolve("b.tar"));

    // Then
    assertThat(first).startsWith("sha256:").isEqualTo(second);
    assertThat(folder.resolve("a.tar")).hasSameBinaryContentAs(folder.resolve("b.tar"));
  }

  @Test
  void linksARuntimeAndFindsTheLibrariesThatItNeeds() throws IOException {
    // Given
    Path work = folder.resolve("work");
    ImageSpec spec = spec(List.of(jar("hello.jar")));

    // When
    new ImageBuilder(work).build(spec, folder.resolve("image.tar"));

    // Then
    var needed =
        new SharedLibraries(work.resolve("java")).neededBy(List.of(work.resolve("java/bin/java")));
    assertThat(needed.keySet()).anyMatch(path -> path.contains("libc.so"));
    assertThat(needed.keySet()).anyMatch(path -> path.contains("ld-linux"));
    assertThat(needed.keySet()).noneMatch(path -> path.startsWith(work.toString()));
    assertThat(Tool.run(List.of(work.resolve("java/bin/java").toString(), "--list-modules")))
        .startsWith("java.base");
    assertThat(work.resolve("files/opt/millrace/java.args"))
        .hasContent("-Xshare:auto\n-cp /opt/millrace/lib/hello.jar\nHello\n");
  }

  @Test
  void refusesAnImageWithoutJars() {
    assertThatThrownBy(() -> spec(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("example.org/hello:1 would have no jars");
  }

  private static ImageSpec spec(List<Path> libraries) {
    return new ImageSpec(
        "example.org/hello:1",
        "Hello",
        new TreeSet<>(List.of("java.base")),
        libraries,
        List.of(),
        List.of("-Xshare:auto"),
        "Hello",
        List.of(),
        List.of());
  }

  private Path jar(String name) throws IOException {
    Path jar = folder.resolve(name);
    try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry("hello.txt"));
      out.write("hello".getBytes());
      out.closeEntry();
    }
    return jar;
  }
}
