package dev.millrace.broker.server;

import java.net.URI;
import java.nio.file.Path;

/** Where the metadata log is kept. */
sealed interface MetadataMedium {
  /** In files of this broker, which is its cluster's only one then. */
  record LocalFile(Path directory) implements MetadataMedium {}

  /**
   * In objects of the Kubernetes API.
   *
   * @param name of the {@code MetadataLog} object
   * @param credentials the directory with {@code token} and {@code ca.crt}
   */
  record Kubernetes(String name, String namespace, URI url, Path credentials)
      implements MetadataMedium {}
}
