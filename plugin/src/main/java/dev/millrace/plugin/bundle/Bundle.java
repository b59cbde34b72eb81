package dev.millrace.plugin.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An archive that is being filled, all of it through the {@link Redactor}; it remembers what is in
 * it and what could not be had. Used by one thread.
 */
public final class Bundle implements AutoCloseable {
  /** A thing in it. */
  public record Entry(String name, int bytes) {}

  /** A thing that is not in it, and why. */
  public record Missing(String name, String reason) {}

  private final ObjectMapper yaml =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
              .build());
  private final Redactor redactor = new Redactor();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Missing> missing = new ArrayList<>();
  private final TarGz archive;
  private final String folder;

  /**
   * An empty one.
   *
   * @param file that is not there yet
   * @param folder that everything is in, so that it unpacks into one
   */
  public Bundle(Path file, String folder, Instant time) throws IOException {
    this.archive = new TarGz(file, time);
    this.folder = folder;
  }

  /** An object, as YAML. */
  public void object(String name, JsonNode object) throws IOException {
    write(name + ".yaml", yaml.writeValueAsString(redactor.object(object)));
  }

  /** A text. */
  public void text(String name, String text) throws IOException {
    write(name, redactor.text(text));
  }

  /** Something is not there, for this reason. */
  public void missing(String name, String reason) {
    missing.add(new Missing(name, reason));
  }

  private void write(String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    archive.add(folder + "/" + name, bytes);
    entries.add(new Entry(name, bytes.length));
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  public List<Missing> missing() {
    return List.copyOf(missing);
  }

  /** How many values were taken out. */
  public int removed() {
    return redactor.removed();
  }

  @Override
  public void close() throws IOException {
    archive.close();
  }
}
