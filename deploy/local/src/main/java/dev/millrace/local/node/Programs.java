package dev.millrace.local.node;

import java.util.List;
import java.util.Optional;

/** What runs in place of a container image. */
@FunctionalInterface
public interface Programs {
  /**
   * The command that stands for {@code image}'s entry point; empty where there is none.
   *
   * @param jvmOptions what a Java program needs to stay within its directories
   */
  Optional<List<String>> command(String image, List<String> jvmOptions);
}
