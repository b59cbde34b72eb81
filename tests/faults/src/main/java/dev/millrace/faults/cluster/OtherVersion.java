package dev.millrace.faults.cluster;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import dev.millrace.e2e.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/**
 * A version of the broker to upgrade to and to come back from: the same code in an image of its
 * own, with another name and another digest. Stateless.
 */
public final class OtherVersion {

  /** What {@code spec.version} calls it. */
  public static final String VERSION = "0.0.0-other";

  private OtherVersion() {}

  /**
   * Makes it and puts it on every node.
   *
   * @param image of the brokers that there are
   * @return its name
   */
  public static String load(Installation installation, String image) throws InterruptedException {
    Path work = installation.checkout().root().resolve("tests/faults/target/other-version");
    Path archive = work.resolve("broker.tar");
    String name = image.substring(0, image.lastIndexOf(':') + 1) + VERSION;
    try {
      Jib.from(TarImage.at(installation.archive("broker")))
          .addLabel("org.opencontainers.image.version", VERSION)
          .containerize(
              Containerizer.to(TarImage.at(archive).named(name))
                  .setBaseImageLayersCache(work.resolve("base"))
                  .setApplicationLayersCache(work.resolve("application"))
                  .setOfflineMode(true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InvalidImageReferenceException
        | RegistryException
        | CacheDirectoryCreationException
        | ExecutionException e) {
      throw new IllegalStateException("cannot write " + archive, e);
    }
    installation.cluster().load(archive);
    return name;
  }
}
