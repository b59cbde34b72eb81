package dev.millrace.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stays of a jar with native libraries; on an x86_64 image. */
class JarTrimmerTest {

  private final JarTrimmer trimmer = new JarTrimmer(Platform.of("Linux", "amd64"));

  @TempDir private Path folder = Path.of("");

  @Test
  void keepsTheOwnPlatformsLibrariesAndAllCode() throws IOException {
    // Given
    Path jar =
        jar(
            "Codec.class",
            "linux/amd64/libcodec.so",
            "linux/aarch64/libcodec.so",
            "darwin/x86_64/libcodec.dylib",
            "org/xerial/snappy/native/Linux/x86_64/libsnappyjava.so",
            "org/xerial/snappy/native/Linux/x86_64-musl/libsnappyjava.so",
            "META-INF/native/libnetty_epoll_x86_64.so",
            "META-INF/native/libnetty_epoll_riscv64.so");

    // When
    JarTrimmer.Result result = trim(jar);

    // Then
    assertThat(entries(result.jars().getFirst()))
        .containsExactly(
            "Codec.class",
            "linux/amd64/libcodec.so",
            "org/xerial/snappy/native/Linux/x86_64/libsnappyjava.so",
            "META-INF/native/libnetty_epoll_x86_64.so");
    assertThat(result.natives()).hasSize(3).allMatch(Files::isRegularFile);
  }

  @Test
  void dropsAJarOfAnotherPlatformsLibrariesOnly() throws IOException {
    // Given
    Path jar = jar("META-INF/MANIFEST.MF", "META-INF/native/libnetty_epoll_aarch_64.so");

    // When
    JarTrimmer.Result result = trim(jar);

    // Then
    assertThat(result.jars()).isEmpty();
    assertThat(result.natives()).isEmpty();
  }

  @Test
  void copiesAJarWithoutLibrariesByteForByte() throws IOException {
    // Given
    Path jar = jar("a/A.class", "a/words.txt");

    // When
    JarTrimmer.Result result = trim(jar);

    // Then
    assertThat(result.jars().getFirst()).hasSameBinaryContentAs(jar);
  }

  private JarTrimmer.Result trim(Path jar) throws IOException {
    return trimmer.trim(
        jar,
        Files.createDirectories(folder.resolve("out")),
        Files.createDirectories(folder.resolve("natives")));
  }

  private Path jar(String... entries) throws IOException {
    Path jar = folder.resolve("some.jar");
    try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.write(entry.getBytes());
        out.closeEntry();
      }
    }
    return jar;
  }

  private static List<String> entries(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream().map(ZipEntry::getName).toList();
    }
  }
}
