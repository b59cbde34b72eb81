package dev.millrace.local.api.http;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a pod's output is kept. */
@FunctionalInterface
public interface PodLogs {
  /** The file; null where the pod has none. */
  @Nullable Path of(String namespace, String pod) throws IOException;
}
