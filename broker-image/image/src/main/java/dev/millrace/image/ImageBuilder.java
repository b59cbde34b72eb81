package dev.millrace.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;

/**
 * Puts an image together and writes it as one archive that {@code ctr images import}, {@code docker
 * load} and {@code skopeo} take. The same input on the same machine gives the same image: no time,
 * user or path of the build gets into it. An image with an AOT cache has one layer that differs
 * from build to build, for that is measured. One build at a time per work folder.
 */
public final class ImageBuilder {

  private static final String LIBRARIES = "lib";
  private static final String OWN = "app";

  private final Path work;
  private final Platform platform;
  private final JavaRuntime jdk;

  /**
   * For images of this machine's platform, with the JDK that runs this code.
   *
   * @param work a folder for intermediate files; each build empties it first
   */
  public ImageBuilder(Path work) {
    this.work = work.toAbsolutePath();
    this.platform = Platform.current();
    this.jdk = JavaRuntime.current();
  }

  /**
   * Builds the image. Blocks for some seconds, most of them in {@code jlink}, and for as long as
   * the training takes.
   *
   * @return the image's digest, {@code sha256:…}
   */
  public String build(ImageSpec spec, Path archive) {
    try {
      Folders.delete(work);
      JibContainerBuilder container = describe(spec);
      addLayers(container, spec);
      return write(container, spec, archive.toAbsolutePath());
    } catch (IOException e) {
      throw new UncheckedIOException(spec.name() + " cannot be built", e);
    }
  }

  private JibContainerBuilder describe(ImageSpec spec) throws IOException {
    // Kubernetes checks runAsNonRoot against the number only, so the user is no name.
    return Jib.fromScratch()
        .setPlatforms(Set.of(platform.forJib()))
        .setCreationTime(Instant.EPOCH)
        .setUser("65532:65532")
        .setWorkingDirectory(AbsoluteUnixPath.get("/tmp"))
        .setEntrypoint(Layers.JAVA + "/bin/java", "@" + Layers.HOME + "/java.args")
        .setProgramArguments(spec.arguments())
        .setEnvironment(Map.of("JAVA_HOME", Layers.JAVA, "PATH", Layers.JAVA + "/bin"))
        .setLabels(
            Map.of(
                "org.opencontainers.image.title", spec.title(),
                "org.opencontainers.image.version", spec.tag(),
                "org.opencontainers.image.licenses", "Apache-2.0"));
  }

  private void addLayers(JibContainerBuilder container, ImageSpec spec) throws IOException {
    Path java = work.resolve("java");
    Files.createDirectories(work);
    jdk.link(spec.modules(), java);
    if (spec.training().isEmpty()) {
      jdk.shareClasses(java, spec.jvmOptions());
    }
    Set<Path> binaries = new LinkedHashSet<>(jdk.binariesOf(java));
    List<Path> libraries = trim(LIBRARIES, spec.libraries(), binaries);
    List<Path> own = trim(OWN, spec.own(), binaries);
    SortedMap<String, Path> needed = new SharedLibraries(java).neededBy(binaries);
    Layers layers = new Layers(work);
    container.addFileEntriesLayer(layers.runtime(java, needed));
    container.addFileEntriesLayer(layers.jars(LIBRARIES, libraries));
    List<String> options = new ArrayList<>(spec.jvmOptions());
    if (!spec.training().isEmpty()) {
      String trained =
          arguments(spec.jvmOptions(), spec.mainClass(), work.toString(), own, libraries);
      Path cache = new AotTraining(work, java).run(spec.training(), trained);
      container.addFileEntriesLayer(layers.cache(cache));
      options.addFirst("-XX:AOTCache=" + Layers.AOT_CACHE);
    }
    container.addFileEntriesLayer(
        layers.application(
            OWN, own, arguments(options, spec.mainClass(), Layers.HOME, own, libraries)));
  }

  private List<Path> trim(String folder, List<Path> jars, Set<Path> binaries) throws IOException {
    Path target = Files.createDirectories(work.resolve(folder));
    Path natives = Files.createDirectories(work.resolve("natives"));
    JarTrimmer trimmer = new JarTrimmer(platform);
    List<Path> kept = new ArrayList<>();
    for (Path jar : jars) {
      JarTrimmer.Result result = trimmer.trim(jar, target, natives);
      for (Path trimmed : result.jars()) {
        // A JVM takes a cache only for jars of the time that they had when it was made.
        Files.setLastModifiedTime(trimmed, FileTime.from(Layers.MODIFIED));
        kept.add(trimmed);
      }
      binaries.addAll(result.natives());
    }
    return kept;
  }

  /** The file that {@code java @file} reads: what the process is, apart from its arguments. */
  private static String arguments(
      List<String> options, String mainClass, String home, List<Path> own, List<Path> libraries) {
    List<String> classPath = new ArrayList<>();
    own.forEach(jar -> classPath.add(home + "/" + OWN + "/" + jar.getFileName()));
    libraries.forEach(jar -> classPath.add(home + "/" + LIBRARIES + "/" + jar.getFileName()));
    List<String> lines = new ArrayList<>(options);
    lines.add("-cp " + String.join(":", classPath));
    lines.add(mainClass);
    return String.join("\n", lines).strip() + "\n";
  }

  private String write(JibContainerBuilder container, ImageSpec spec, Path archive)
      throws IOException {
    Files.createDirectories(archive.getParent());
    try {
      return container
          .containerize(
              Containerizer.to(TarImage.at(archive).named(spec.name()))
                  .setToolName("millrace")
                  .setBaseImageLayersCache(work.resolve("cache/base"))
                  .setApplicationLayersCache(work.resolve("cache/application"))
                  .setOfflineMode(true))
          .getDigest()
          .toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while building " + spec.name(), e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(spec.name() + " cannot be built", e.getCause());
    } catch (RegistryException
        | CacheDirectoryCreationException
        | InvalidImageReferenceException e) {
      throw new IllegalStateException(spec.name() + " cannot be built", e);
    }
  }
}
