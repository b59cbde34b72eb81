package dev.millrace.broker.replica.sim;

import dev.millrace.log.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A machine's disk, which remembers what was forced. When the power fails, each file keeps what was
 * forced and of what came after, in order, as much as chance has it: writes and truncations alike;
 * now and then a write in the middle is lost and those behind it are not, and leaves zeros.
 *
 * <p>Files are those of a real directory, which should be in memory. What the log keeps beside its
 * segments and indexes (checkpoints, epochs) goes past this and counts as forced: it is forced when
 * written.
 */
final class SimDisk implements Disk {
  /** A change since the last force: bytes at a position or, without bytes, a truncation to it. */
  private record Change(long position, byte[] bytes, boolean truncates) {
    byte[] on(byte[] content) {
      if (truncates) {
        return content.length <= position ? content : Arrays.copyOf(content, (int) position);
      }
      byte[] next = Arrays.copyOf(content, Math.max(content.length, (int) position + bytes.length));
      System.arraycopy(bytes, 0, next, (int) position, bytes.length);
      return next;
    }
  }

  /** What is known of a file. */
  static final class Known {
    private byte[] forced;
    private final List<Change> changes = new ArrayList<>();

    Known(byte[] forced) {
      this.forced = forced;
    }

    void wrote(ByteBuffer source, long position) {
      byte[] bytes = new byte[source.remaining()];
      source.duplicate().get(bytes);
      changes.add(new Change(position, bytes, false));
    }

    void truncated(long size) {
      changes.add(new Change(size, new byte[0], true));
    }

    void forced() {
      for (Change change : changes) {
        forced = change.on(forced);
      }
      changes.clear();
    }

    private byte[] afterPowerLoss(World world) {
      int kept = world.chance(changes.size() + 1);
      int lost = kept > 1 && world.oneIn(4) ? world.chance(kept - 1) : -1;
      byte[] content = forced;
      for (int i = 0; i < kept; i++) {
        Change change = changes.get(i);
        if (i == lost && !change.truncates()) {
          change = new Change(change.position(), new byte[change.bytes().length], false);
        }
        content = change.on(content);
      }
      if (kept < changes.size() && !changes.get(kept).truncates() && world.oneIn(2)) {
        Change half = changes.get(kept);
        int length = world.chance(half.bytes().length + 1);
        content =
            new Change(half.position(), Arrays.copyOf(half.bytes(), length), false).on(content);
      }
      forced = content;
      changes.clear();
      return content;
    }
  }

  private final Map<Path, Known> files = new TreeMap<>();
  private final List<SimFile> open = new ArrayList<>();

  @Override
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    boolean isNew = !Files.exists(path);
    FileChannel real = FileChannel.open(path, options);
    Known known = isNew ? null : files.get(path);
    if (known == null) {
      known = new Known(isNew ? new byte[0] : Files.readAllBytes(path));
      files.put(path, known);
    }
    SimFile file = new SimFile(real, known);
    open.add(file);
    return file;
  }

  /** The process is gone: what it still tries is without effect. */
  void processEnded() throws IOException {
    for (SimFile file : open) {
      file.abandon();
    }
    open.clear();
  }

  /** The power fails; to be called after the process is gone. */
  void powerLoss(World world) throws IOException {
    for (Map.Entry<Path, Known> file : files.entrySet()) {
      if (!file.getValue().changes.isEmpty() && Files.exists(file.getKey())) {
        Files.write(file.getKey(), file.getValue().afterPowerLoss(world));
      }
    }
  }

  /** The directory's files have been moved, as they are. */
  void moved(Path from, Path to) {
    Map<Path, Known> before = new TreeMap<>(files);
    files.clear();
    before.forEach(
        (path, known) -> {
          Path target = to.resolve(from.relativize(path));
          if (Files.exists(target)) {
            files.put(target, known);
          }
        });
  }
}
