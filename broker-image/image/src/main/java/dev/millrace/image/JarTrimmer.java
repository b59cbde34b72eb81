package dev.millrace.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites jars without the native libraries of other platforms (two thirds of what compression
 * libraries weigh) and unpacks the own ones, so that what they link to can be found. Output depends
 * only on input: entries keep their order and times.
 *
 * @param platform whose native libraries stay
 */
record JarTrimmer(Platform platform) {

  /**
   * Copies a jar to the folder without what is foreign, or as it is if nothing is.
   *
   * @return the copy and the natives found; no copy of a jar that is all foreign
   */
  Result trim(Path jar, Path libraries, Path natives) {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> entries = zip.stream().toList();
      List<Path> own = unpackNatives(zip, entries, natives);
      boolean foreign = entries.stream().anyMatch(entry -> platform.isForeign(entry.getName()));
      if (foreign && own.isEmpty() && entries.stream().noneMatch(e -> hasCode(e.getName()))) {
        return new Result(List.of(), List.of());
      }
      Path copy = libraries.resolve(jar.getFileName().toString());
      if (foreign) {
        rewrite(zip, entries, copy);
      } else {
        Files.copy(jar, copy);
      }
      return new Result(List.of(copy), own);
    } catch (IOException e) {
      throw new UncheckedIOException(jar + ": cannot be trimmed", e);
    }
  }

  private static boolean hasCode(String entry) {
    return entry.endsWith(".class");
  }

  private List<Path> unpackNatives(ZipFile zip, List<? extends ZipEntry> entries, Path natives)
      throws IOException {
    List<Path> own = new ArrayList<>();
    for (ZipEntry entry : entries) {
      String name = entry.getName();
      if (platform.isNative(name) && !platform.isForeign(name)) {
        Path target = natives.resolve(name.replace('/', '_'));
        try (var content = zip.getInputStream(entry)) {
          Files.write(target, content.readAllBytes());
        }
        own.add(target);
      }
    }
    return own;
  }

  private void rewrite(ZipFile zip, List<? extends ZipEntry> entries, Path copy)
      throws IOException {
    try (var out = new ZipOutputStream(Files.newOutputStream(copy))) {
      for (ZipEntry entry : entries) {
        if (platform.isForeign(entry.getName())) {
          continue;
        }
        ZipEntry kept = new ZipEntry(entry.getName());
        kept.setLastModifiedTime(FileTime.fromMillis(0));
        out.putNextEntry(kept);
        try (var content = zip.getInputStream(entry)) {
          content.transferTo(out);
        }
        out.closeEntry();
      }
    }
  }

  /**
   * What became of a jar.
   *
   * @param jars the copy; empty if the jar held only native libraries of other platforms
   * @param natives the own platform's libraries, unpacked
   */
  record Result(List<Path> jars, List<Path> natives) {}
}
