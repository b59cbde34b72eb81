package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.image.FeaturesImage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.BrokerFeatures;
import org.apache.kafka.server.common.MetadataVersion;

/** Tells clients what this listener serves, and which features the cluster has finalized. */
final class ApiVersionsHandler implements RequestHandler<ApiVersionsRequestData> {
  private static final short FIRST_VERSION_WITH_LEVEL_0 = 4;

  private final Supplier<ApiVersionCollection> versions;
  private final ClusterMetadata metadata;

  ApiVersionsHandler(Supplier<ApiVersionCollection> versions, ClusterMetadata metadata) {
    this.versions = versions;
    this.metadata = metadata;
  }

  @Override
  public void handle(RequestContext context, ApiVersionsRequestData request) {
    short version = context.header().apiVersion();
    if (!new ApiVersionsRequest(request, version).isValid()) {
      context.fail(Errors.INVALID_REQUEST.exception());
      return;
    }
    MetadataImage image = metadata.image();
    context.respond(
        new ApiVersionsResponse.Builder()
            .setApiVersions(versions.get())
            .setSupportedFeatures(BrokerFeatures.defaultSupportedFeatures(false))
            .setFinalizedFeatures(finalized(image.features()))
            .setFinalizedFeaturesEpoch(image.highestOffsetAndEpoch().offset())
            .setZkMigrationEnabled(false)
            .setAlterFeatureLevel0(version < FIRST_VERSION_WITH_LEVEL_0)
            .build()
            .data());
  }

  /** The image keeps the metadata version apart from the other features; clients don't. */
  private static Map<String, Short> finalized(FeaturesImage features) {
    Map<String, Short> all = new HashMap<>(features.finalizedVersions());
    features
        .metadataVersion()
        .ifPresent(version -> all.put(MetadataVersion.FEATURE_NAME, version.featureLevel()));
    return all;
  }
}
