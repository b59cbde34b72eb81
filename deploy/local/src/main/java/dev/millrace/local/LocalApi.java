package dev.millrace.local;

import java.io.IOException;

/** A Kubernetes API that this process started: embedded, or real binaries. */
public interface LocalApi extends AutoCloseable {
  String url();

  /** What it is, for people. */
  String description();

  @Override
  void close() throws IOException;
}
