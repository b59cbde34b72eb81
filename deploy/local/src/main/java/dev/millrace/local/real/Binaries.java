package dev.millrace.local.real;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder that holds {@code kube-apiserver} and {@code etcd}. */
public record Binaries(Path folder) {
  /**
   * Looks where such folders usually are: {@code KUBEBUILDER_ASSETS}, then the newest one in
   * kube-api-test's cache.
   */
  public static Optional<Binaries> find(Map<String, String> environment, Path home)
      throws IOException {
    List<Path> folders = new ArrayList<>();
    String assets = environment.getOrDefault("KUBEBUILDER_ASSETS", "");
    if (!assets.isEmpty()) {
      folders.add(Path.of(assets));
    }
    Path cache = home.resolve(".kubeapitest").resolve("k8s");
    if (Files.isDirectory(cache)) {
      try (Stream<Path> versions = Files.list(cache)) {
        versions.sorted(Comparator.reverseOrder()).forEach(folders::add);
      }
    }
    return folders.stream()
        .filter(folder -> Files.isExecutable(folder.resolve("kube-apiserver")))
        .filter(folder -> Files.isExecutable(folder.resolve("etcd")))
        .findFirst()
        .map(Binaries::new);
  }

  Path apiServer() {
    return folder.resolve("kube-apiserver");
  }

  Path etcd() {
    return folder.resolve("etcd");
  }
}
