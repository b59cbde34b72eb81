package dev.millrace.local.api.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.json.Json;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The store on disk: one line of JSON a write. Survives the end of the process at any moment (a
 * torn last line is dropped), not that of the machine: nothing is synced. Guarded by the store's
 * lock.
 */
public final class Journal implements AutoCloseable {
  /** Rewritten when it is this much larger than after the last rewriting. */
  private static final long GROWTH = 32L << 20;

  private final @Nullable Path file;
  private @Nullable OutputStream out;
  private long size;
  private long compacted;

  private Journal(@Nullable Path file) {
    this.file = file;
  }

  public static Journal at(Path file) {
    return new Journal(file);
  }

  /** Keeps nothing. */
  public static Journal none() {
    return new Journal(null);
  }

  /** Fills {@code objects} with what is kept and gives the last revision. */
  long load(Map<ObjectKey, ObjectNode> objects) throws IOException {
    if (file == null) {
      return 0;
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    long revision = Files.exists(file) ? replay(file, objects) : 0;
    compact(objects, revision);
    return revision;
  }

  void append(ObjectKey key, long revision, @Nullable ObjectNode object) {
    OutputStream target = out;
    if (target == null) {
      return;
    }
    try {
      writeLine(target, key, revision, object);
      target.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the API's journal cannot be written: " + file, e);
    }
  }

  void compactIfGrown(Map<ObjectKey, ObjectNode> objects, long revision) {
    if (out != null && size > 2 * compacted + GROWTH) {
      try {
        compact(objects, revision);
      } catch (IOException e) {
        throw new UncheckedIOException("the API's journal cannot be rewritten: " + file, e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }

  private void compact(Map<ObjectKey, ObjectNode> objects, long revision) throws IOException {
    Path target = file;
    if (target == null) {
      return;
    }
    close();
    size = 0;
    Path next = target.resolveSibling(target.getFileName() + ".new");
    try (OutputStream snapshot = new BufferedOutputStream(Files.newOutputStream(next), 1 << 16)) {
      // The revision must not fall back when the newest object has been deleted.
      writeLine(snapshot, new ObjectKey("", "", ""), revision, null);
      for (var entry : objects.entrySet()) {
        writeLine(snapshot, entry.getKey(), Revisions.of(entry.getValue()), entry.getValue());
      }
    }
    Files.move(next, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    compacted = size;
    out =
        new BufferedOutputStream(Files.newOutputStream(target, StandardOpenOption.APPEND), 1 << 16);
  }

  private void writeLine(
      OutputStream target, ObjectKey key, long revision, @Nullable ObjectNode object)
      throws IOException {
    ObjectNode line = Json.object().put("r", revision);
    line.put("s", key.storage()).put("ns", key.namespace()).put("n", key.name());
    line.set("o", object);
    byte[] bytes = Json.bytes(line);
    target.write(bytes);
    target.write('\n');
    size += bytes.length + 1;
  }

  private static long replay(Path file, Map<ObjectKey, ObjectNode> objects) throws IOException {
    long revision = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        JsonNode line;
        try {
          line = Json.parseOwn(text);
        } catch (UncheckedIOException e) {
          // Only the last line can be torn: the process ended while it wrote.
          if (reader.readLine() == null) {
            break;
          }
          throw new IOException("the API's journal is damaged: " + file, e);
        }
        ObjectKey key =
            new ObjectKey(Json.text(line, "s"), Json.text(line, "ns"), Json.text(line, "n"));
        if (line.path("o") instanceof ObjectNode object) {
          objects.put(key, object);
        } else {
          objects.remove(key);
        }
        revision = Math.max(revision, line.path("r").asLong());
      }
    }
    return revision;
  }
}
