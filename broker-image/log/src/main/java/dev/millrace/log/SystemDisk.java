package dev.millrace.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The operating system's files; with Linux, also what its page cache has of them. Thread-safe. */
final class SystemDisk implements Disk {
  /** One for the process, for what it links to is. */
  static final SystemDisk INSTANCE = new SystemDisk();

  private final AtomicBoolean linking = new AtomicBoolean();
  private volatile @Nullable Linked linked;

  /**
   * @param nowhere {@code /dev/null}, open to write to
   */
  private record Linked(LinuxCalls calls, int nowhere) {}

  private SystemDisk() {}

  @Override
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    return FileChannel.open(path, options);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Linking to the C library takes tens of milliseconds, for which nobody is to wait: the first
   * to ask has it done, and until then nothing is known of any file.
   */
  @Override
  public FileCache cache(Path path) {
    Linked now = linked;
    if (now != null) {
      return new LinuxFileCache(now.calls(), now.nowhere(), path);
    }
    if (linking.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("page-cache-link").start(this::link);
    }
    return FileCache.UNKNOWN;
  }

  @Override
  public Optional<Volume> volume(Path held) {
    OptionalInt descriptor = LinuxVolume.descriptorOf(held);
    if (descriptor.isEmpty() || !LinuxVolume.tellsOfErrors(held)) {
      return Optional.empty();
    }
    link();
    Linked now = linked;
    return now == null
        ? Optional.empty()
        : Optional.of(new LinuxVolume(now.calls(), held, descriptor.getAsInt()));
  }

  /** Links, where there is something to link to; once. */
  synchronized void link() {
    linking.set(true);
    if (linked == null) {
      LinuxCalls.find()
          .ifPresent(
              calls -> {
                int nowhere = calls.openToWrite(Path.of("/dev/null"));
                linked = nowhere < 0 ? null : new Linked(calls, nowhere);
              });
    }
  }
}
