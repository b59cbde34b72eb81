package dev.millrace.operator.resources;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.crds.LogCluster;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/**
 * The head of a cluster's metadata log: what makes a cluster the same cluster. The operator makes
 * it once; all else about it is the brokers', fields beside the spec included.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@Group(LogCluster.GROUP)
@Version(LogCluster.VERSION)
public final class MetadataLog extends CustomResource<MetadataLog.Spec, Void>
    implements Namespaced {
  /** What is decided at birth and never changes. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Spec(
      @Nullable String clusterId, @Nullable Integer slots, @Nullable String metadataVersion) {}

  @Override
  protected @Nullable Spec initSpec() {
    return null;
  }
}
