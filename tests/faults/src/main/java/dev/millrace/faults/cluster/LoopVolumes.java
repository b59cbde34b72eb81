package dev.millrace.faults.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A small file system for each broker, in a file that is mounted by a loop device, so that it can
 * be full or slow without this machine being so. Used by one thread, but for {@link #fill} and
 * {@link #slow}, which may be called for different brokers by several.
 *
 * @param root the folder with the images and where they are mounted
 * @param brokers how many
 * @param megabytes of each
 */
record LoopVolumes(Path root, int brokers, int megabytes) {
  /** The user of broker processes; Kubernetes changes no owner of host paths. */
  private static final String OWNER = "65532:65532";

  private static final Command COMMAND = new Command(Duration.ofMinutes(1));
  private static final String[] THROTTLES = {"write_bps_device", "read_bps_device"};

  /** What is mounted as a broker's volume. */
  Path folder(int broker) {
    return root.resolve("volume-" + broker);
  }

  private Path image(int broker) {
    return root.resolve("image-" + broker);
  }

  /** Makes them empty; those of an earlier run must not be in use. */
  void make() {
    try {
      for (int broker = 0; broker < brokers; broker++) {
        unmount(broker);
        Files.createDirectories(folder(broker));
        Files.deleteIfExists(image(broker));
        COMMAND.run("truncate", "-s", megabytes + "M", image(broker).toString());
        COMMAND.run("mkfs.ext4", "-q", "-m", "0", image(broker).toString());
        COMMAND.run("mount", "-o", "loop", image(broker).toString(), folder(broker).toString());
        COMMAND.run("chown", OWNER, folder(broker).toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void unmount(int broker) {
    while (COMMAND.attempt("mountpoint", "-q", folder(broker).toString()).exitCode() == 0) {
      COMMAND.run("umount", folder(broker).toString());
    }
  }

  /** Takes all space of a broker's volume; what is returned gives it back. */
  Runnable fill(int broker) {
    Path filler = folder(broker).resolve("filler");
    String free =
        COMMAND
            .run("df", "--output=avail", "-B1", folder(broker).toString())
            .lines()
            .toList()
            .getLast();
    COMMAND.attempt("fallocate", "-l", free.strip(), filler.toString());
    // What fallocate leaves, to the last block.
    COMMAND.attempt(
        "dd",
        "if=/dev/zero",
        "of=" + filler,
        "bs=4k",
        "oflag=append",
        "conv=notrunc",
        "status=none");
    return () -> {
      try {
        Files.deleteIfExists(filler);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /**
   * Lets a broker's device do no more than so many bytes a second, for the process's own reads and
   * syncs and for the kernel's writing back; what is returned ends it.
   */
  Runnable slow(int broker, ContainerProcess process, long bytesPerSecond) {
    Path own = process.group("blkio");
    Path kernel = Path.of("/sys/fs/cgroup/blkio");
    String device =
        COMMAND.run("findmnt", "-n", "-o", "MAJ:MIN", folder(broker).toString()).strip();
    throttle(kernel, device, bytesPerSecond);
    if (Files.isDirectory(own)) {
      throttle(own, device, bytesPerSecond);
    }
    return () -> {
      throttle(kernel, device, 0);
      if (Files.isDirectory(own)) {
        throttle(own, device, 0);
      }
    };
  }

  private static void throttle(Path group, String device, long bytesPerSecond) {
    for (String file : THROTTLES) {
      try {
        Files.write(
            group.resolve("blkio.throttle." + file),
            (device + " " + bytesPerSecond).getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot throttle " + device, e);
      }
    }
  }

  /** The folders of all partitions: partition → broker → folder. */
  Map<String, Map<String, Path>> replicas() {
    Map<String, Map<String, Path>> replicas = new TreeMap<>();
    for (int broker = 0; broker < brokers; broker++) {
      Path data = folder(broker).resolve("data");
      try (Stream<Path> folders = Files.list(data)) {
        String name = "broker " + broker;
        folders
            .filter(
                folder ->
                    folder.getFileName().toString().matches(".*-\\d+") && Files.isDirectory(folder))
            .forEach(
                folder ->
                    replicas
                        .computeIfAbsent(folder.getFileName().toString(), key -> new TreeMap<>())
                        .put(name, folder));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return replicas;
  }
}
