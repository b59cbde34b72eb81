package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Binds claims to directories. A directory carries the claim's uid, so that a claim made anew never
 * finds the data of one that was deleted. Its size is a number only: nothing enforces it.
 */
final class ClaimController {
  private final KubernetesClient client;
  private final Path volumes;

  ClaimController(KubernetesClient client, Path volumes) {
    this.client = client;
    this.volumes = volumes;
  }

  Path directory(PersistentVolumeClaim claim) {
    return volumes.resolve(volumeName(claim));
  }

  void reconcile(PersistentVolumeClaim claim) {
    if (Pods.deleting(claim)) {
      return;
    }
    PersistentVolumeClaimStatus wanted =
        new PersistentVolumeClaimStatusBuilder()
            .withPhase("Bound")
            .withAccessModes(claim.getSpec().getAccessModes())
            .withCapacity(claim.getSpec().getResources().getRequests())
            .build();
    if (claim.getSpec().getVolumeName() == null) {
      stored(claim)
          .edit(
              latest ->
                  new PersistentVolumeClaimBuilder(latest)
                      .editSpec()
                      .withVolumeName(volumeName(claim))
                      .endSpec()
                      .build());
    } else if (!wanted.equals(claim.getStatus())) {
      stored(claim)
          .editStatus(
              latest -> new PersistentVolumeClaimBuilder(latest).withStatus(wanted).build());
    }
  }

  /** The claim by name: an edit then starts from what the API has now. */
  private Resource<PersistentVolumeClaim> stored(PersistentVolumeClaim claim) {
    var meta = claim.getMetadata();
    return client
        .persistentVolumeClaims()
        .inNamespace(meta.getNamespace())
        .withName(meta.getName());
  }

  /** Deletes the data of a claim that is gone. */
  void drop(PersistentVolumeClaim claim) {
    deleteRecursively(directory(claim));
  }

  static void deleteRecursively(Path directory) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }

  private static String volumeName(PersistentVolumeClaim claim) {
    var meta = claim.getMetadata();
    return meta.getNamespace() + "-" + meta.getName() + "-" + meta.getUid().substring(0, 8);
  }
}
