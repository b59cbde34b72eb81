package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes directories of a pod's volumes: ConfigMaps, Secrets and the downward API (as they are when
 * the container starts), emptyDirs, claims, and the service account's token.
 */
final class VolumeMounts {
  static final String SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
  private static final long TOKEN_SECONDS = 365L * 24 * 3600;

  private final KubernetesClient client;
  private final NodeSettings settings;
  private final ClaimController claims;

  VolumeMounts(KubernetesClient client, NodeSettings settings, ClaimController claims) {
    this.client = client;
    this.settings = settings;
    this.claims = claims;
  }

  /** Makes what {@code container} mounts; throws where something that it names is not there. */
  PathMap mount(Pod pod, Container container) throws IOException {
    String namespace = pod.getMetadata().getNamespace();
    Path base = settings.podDirectory(namespace, pod.getMetadata().getName()).resolve("volumes");
    Map<String, Path> directories = new LinkedHashMap<>();
    for (var mount : container.getVolumeMounts()) {
      Volume volume =
          pod.getSpec().getVolumes().stream()
              .filter(v -> v.getName().equals(mount.getName()))
              .findFirst()
              .orElseThrow(() -> new IOException("volume " + mount.getName() + " is not declared"));
      directories.put(mount.getMountPath(), directory(namespace, volume, base));
    }
    if (!Objects.equals(pod.getSpec().getAutomountServiceAccountToken(), false)) {
      directories.put(SERVICE_ACCOUNT, base.resolve("serviceaccount"));
    }
    PathMap map = new PathMap(directories);
    for (var mount : container.getVolumeMounts()) {
      Volume volume =
          pod.getSpec().getVolumes().stream()
              .filter(v -> v.getName().equals(mount.getName()))
              .findFirst()
              .orElseThrow();
      fill(pod, volume, directories.get(mount.getMountPath()), map);
    }
    if (directories.containsKey(SERVICE_ACCOUNT)) {
      serviceAccount(pod, base.resolve("serviceaccount"));
    }
    return map;
  }

  private Path directory(String namespace, Volume volume, Path base) throws IOException {
    var claim = volume.getPersistentVolumeClaim();
    if (claim == null) {
      return base.resolve(volume.getName());
    }
    PersistentVolumeClaim found =
        client.persistentVolumeClaims().inNamespace(namespace).withName(claim.getClaimName()).get();
    if (found == null) {
      throw new IOException("persistentvolumeclaim \"" + claim.getClaimName() + "\" not found");
    }
    return claims.directory(found);
  }

  private void fill(Pod pod, Volume volume, @Nullable Path at, PathMap map) throws IOException {
    String namespace = pod.getMetadata().getNamespace();
    Path directory = Objects.requireNonNull(at);
    Files.createDirectories(directory);
    if (volume.getConfigMap() != null) {
      String name = volume.getConfigMap().getName();
      ConfigMap found = client.configMaps().inNamespace(namespace).withName(name).get();
      if (found == null) {
        throw new IOException("configmap \"" + name + "\" not found");
      }
      for (var entry : found.getData().entrySet()) {
        Files.writeString(directory.resolve(entry.getKey()), map.translate(entry.getValue()));
      }
    } else if (volume.getSecret() != null) {
      String name = volume.getSecret().getSecretName();
      Secret found = client.secrets().inNamespace(namespace).withName(name).get();
      if (found == null) {
        throw new IOException("secret \"" + name + "\" not found");
      }
      for (var entry : found.getData().entrySet()) {
        byte[] bytes = Base64.getDecoder().decode(entry.getValue());
        Files.write(directory.resolve(entry.getKey()), bytes);
      }
    } else if (volume.getDownwardAPI() != null) {
      for (var item : volume.getDownwardAPI().getItems()) {
        write(
            directory.resolve(item.getPath()),
            ContainerEnvironment.field(item.getFieldRef().getFieldPath(), pod, ""));
      }
    }
  }

  private void serviceAccount(Pod pod, Path directory) throws IOException {
    Files.createDirectories(directory);
    String name = Optional.ofNullable(pod.getSpec().getServiceAccountName()).orElse("default");
    String namespace = pod.getMetadata().getNamespace();
    TokenRequest request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withExpirationSeconds(TOKEN_SECONDS)
            .endSpec()
            .build();
    TokenRequest issued =
        client.serviceAccounts().inNamespace(namespace).withName(name).tokenRequest(request);
    write(directory.resolve("token"), issued.getStatus().getToken());
    write(directory.resolve("namespace"), namespace);
    Files.write(directory.resolve("ca.crt"), Files.readAllBytes(settings.certificate()));
  }

  private static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
