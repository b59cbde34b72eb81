package dev.millrace.broker.controller.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token in a file that the kubelet replaces before it expires; read again when the file's
 * time changes. Thread-safe.
 */
final class TokenFile {
  private final Path file;
  private @Nullable FileTime readAt;
  private Optional<String> token = Optional.empty();

  TokenFile(Path file) {
    this.file = file;
  }

  /** Empty where there is no such file. */
  synchronized Optional<String> token() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      FileTime modified = Files.getLastModifiedTime(file);
      if (!modified.equals(readAt)) {
        token = Optional.of(Files.readString(file).strip());
        readAt = modified;
      }
      return token;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the token " + file, e);
    }
  }
}
