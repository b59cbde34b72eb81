package dev.millrace.image;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * Lays files out in an image's layers. Jib gives every entry the same owner (root) and the same
 * time, so only names, permissions and contents count.
 *
 * @param work where files that only the image has are written first
 */
record Layers(Path work) {

  /** Where the Java runtime is in the image. */
  static final String JAVA = "/opt/java";

  /** Where the jars are, and the options of the JVM. */
  static final String HOME = "/opt/millrace";

  /** Where the AOT cache is. */
  static final String AOT_CACHE = HOME + "/application.aot";

  /** When all files of an image were written last: what Jib gives them. */
  static final Instant MODIFIED = FileEntriesLayer.DEFAULT_MODIFICATION_TIME;

  private static final FilePermissions PLAIN = FilePermissions.fromOctalString("644");
  private static final FilePermissions EXECUTABLE = FilePermissions.fromOctalString("755");
  private static final FilePermissions ANYONE = FilePermissions.fromOctalString("777");

  /** The runtime, the shared libraries, and the few files without which libc cannot name things. */
  FileEntriesLayer runtime(Path java, SortedMap<String, Path> libraries) throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName("runtime");
    for (Path file : Folders.files(java)) {
      FilePermissions permissions = Files.isExecutable(file) ? EXECUTABLE : PLAIN;
      layer.addEntry(file, AbsoluteUnixPath.get(JAVA).resolve(java.relativize(file)), permissions);
    }
    libraries.forEach(
        (target, file) -> layer.addEntry(file, AbsoluteUnixPath.get(target), EXECUTABLE));
    write(layer, "/etc/passwd", "root:x:0:0::/:\nmillrace:x:65532:65532::/tmp:\n");
    write(layer, "/etc/group", "root:x:0:\nmillrace:x:65532:\n");
    write(layer, "/etc/nsswitch.conf", "hosts: files dns\n");
    Path empty = Files.createDirectories(work.resolve("empty"));
    layer.addEntry(empty, AbsoluteUnixPath.get("/tmp"), ANYONE);
    return layer.build();
  }

  /** Jars under {@code HOME/folder}. */
  FileEntriesLayer jars(String folder, List<Path> jars) {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(folder);
    addJars(layer, folder, jars);
    return layer.build();
  }

  /** Our jars and the file with the JVM's options, class path and main class. */
  FileEntriesLayer application(String folder, List<Path> jars, String arguments)
      throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(folder);
    addJars(layer, folder, jars);
    write(layer, HOME + "/java.args", arguments);
    return layer.build();
  }

  /** What the JVM has learnt of the application before. */
  FileEntriesLayer cache(Path cache) {
    return FileEntriesLayer.builder()
        .setName("cache")
        .addEntry(cache, AbsoluteUnixPath.get(AOT_CACHE), PLAIN)
        .build();
  }

  private static void addJars(FileEntriesLayer.Builder layer, String folder, List<Path> jars) {
    for (Path jar : jars) {
      layer.addEntry(
          jar, AbsoluteUnixPath.get(HOME).resolve(folder).resolve(jar.getFileName()), PLAIN);
    }
  }

  private void write(FileEntriesLayer.Builder layer, String target, String content)
      throws IOException {
    Path file = work.resolve("files" + target);
    Files.createDirectories(file.getParent());
    layer.addEntry(Files.writeString(file, content), AbsoluteUnixPath.get(target), PLAIN);
  }
}
