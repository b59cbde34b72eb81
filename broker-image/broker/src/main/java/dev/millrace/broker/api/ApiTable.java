package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestDispatcher;
import dev.millrace.broker.network.RequestHandler;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Which API keys a listener serves, at which versions and by which handler; ApiVersions is answered
 * from it, so what is not in the table does not exist for clients. Immutable, thread-safe.
 */
public final class ApiTable implements RequestDispatcher {
  private record Row<T extends ApiMessage>(
      Class<T> type, short oldest, short newest, RequestHandler<T> handler) {
    void handle(RequestContext context, ApiMessage request) {
      handler.handle(context, type.cast(request));
    }
  }

  private final Map<ApiKeys, Row<?>> rows;

  private ApiTable(Map<ApiKeys, Row<?>> rows) {
    this.rows = rows;
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public boolean serves(ApiKeys key, short version) {
    Row<?> row = rows.get(key);
    return row != null && version >= row.oldest() && version <= row.newest();
  }

  @Override
  public void dispatch(RequestContext context, ApiMessage request) {
    Row<?> row = rows.get(ApiKeys.forId(request.apiKey()));
    if (row == null) {
      throw new IllegalArgumentException("no handler for " + request.getClass().getSimpleName());
    }
    row.handle(context, request);
  }

  /** The rows as ApiVersions tells them; a new collection each time, for messages own theirs. */
  public ApiVersionCollection versions() {
    ApiVersionCollection versions = new ApiVersionCollection();
    rows.forEach(
        (key, row) ->
            versions.add(
                new ApiVersion()
                    .setApiKey(key.id)
                    .setMinVersion(told(key, row.oldest()))
                    .setMaxVersion(row.newest())));
    return versions;
  }

  /** Old librdkafka turns to message formats of long ago where Produce 0 is not on the list. */
  private static short told(ApiKeys key, short oldest) {
    return key == ApiKeys.PRODUCE ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION : oldest;
  }

  /** Collects rows. One thread. */
  public static final class Builder {
    private final Map<ApiKeys, Row<?>> rows = new EnumMap<>(ApiKeys.class);

    private Builder() {}

    /** Serves a key at every version that Kafka 4.4 calls stable. */
    public <T extends ApiMessage> Builder serve(
        ApiKeys key, Class<T> type, RequestHandler<T> handler) {
      return serve(key, key.oldestVersion(), key.latestVersion(false), type, handler);
    }

    /** Serves a key at some versions only. */
    public <T extends ApiMessage> Builder serve(
        ApiKeys key, short oldest, short newest, Class<T> type, RequestHandler<T> handler) {
      if (key.messageType.newRequest().getClass() != type) {
        throw new IllegalArgumentException(key + " requests are not " + type.getSimpleName());
      }
      if (oldest > newest || oldest < key.oldestVersion() || newest > key.latestVersion(true)) {
        throw new IllegalArgumentException(key + " has no versions " + oldest + " to " + newest);
      }
      if (rows.putIfAbsent(key, new Row<>(type, oldest, newest, handler)) != null) {
        throw new IllegalArgumentException(key + " is served twice");
      }
      return this;
    }

    /** Adds ApiVersions, answered from the table itself and the image's features, and closes it. */
    public ApiTable build(ClusterMetadata metadata) {
      Map<ApiKeys, Row<?>> all = new EnumMap<>(ApiKeys.class);
      ApiTable table = new ApiTable(all);
      serve(
          ApiKeys.API_VERSIONS,
          ApiVersionsRequestData.class,
          new ApiVersionsHandler(table::versions, metadata));
      all.putAll(rows);
      return table;
    }
  }
}
