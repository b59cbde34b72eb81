package dev.millrace.image;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The platform that an image is built for: always the one that builds it, since its shared
 * libraries are taken from there. Immutable.
 *
 * @param architecture its name in an OCI image
 * @param names what native libraries in jars call it, as path or file name parts
 */
record Platform(String architecture, List<String> names) {

  private static final Pattern NATIVE = Pattern.compile(".*\\.(so|dll|dylib|jnilib|a)");

  /** The platform of this machine. */
  static Platform current() {
    return of(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  static Platform of(String os, String arch) {
    if (!os.equals("Linux")) {
      throw new IllegalArgumentException(
          "images are built on Linux, whose libraries they carry; this is " + os);
    }
    return switch (arch) {
      case "amd64", "x86_64" ->
          new Platform("amd64", List.of("linux/amd64", "linux/x86_64", "linux-x86_64", "_x86_64."));
      case "aarch64" ->
          new Platform("arm64", List.of("linux/aarch64", "linux-aarch_64", "_aarch_64."));
      default -> throw new IllegalArgumentException("no image recipe for the architecture " + arch);
    };
  }

  /** Whether a jar's entry is a native library of any platform. */
  boolean isNative(String entry) {
    return NATIVE.matcher(entry.toLowerCase(Locale.ROOT)).matches();
  }

  /** Whether a jar's entry is of no use here: a native library of some other platform. */
  boolean isForeign(String entry) {
    String path = entry.toLowerCase(Locale.ROOT);
    if (!isNative(path)) {
      return false;
    }
    // Android and musl builds sit beside the glibc ones under names that contain theirs.
    return path.contains("android")
        || path.contains("musl")
        || names.stream().noneMatch(path::contains);
  }

  /** The same, as Jib wants it. */
  com.google.cloud.tools.jib.api.buildplan.Platform forJib() {
    return new com.google.cloud.tools.jib.api.buildplan.Platform(architecture, "linux");
  }
}
