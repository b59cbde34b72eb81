package dev.millrace.local.api.http;

import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.api.registry.TypeRegistry;
import java.util.List;

/**
 * What a path below {@code /api/v1} or {@code /apis/GROUP/VERSION} names.
 *
 * @param namespace empty: none, or all
 * @param name empty: the collection
 * @param subresource empty: the object itself
 */
record ResourcePath(ResourceType type, String namespace, String name, String subresource) {

  /** Refuses what names no kind that is served. */
  static ResourcePath of(List<String> path, TypeRegistry types) {
    boolean core = path.getFirst().equals("api");
    int start = core ? 2 : 3;
    if (path.size() <= start) {
      throw ApiException.noSuchPath();
    }
    String group = core ? "" : path.get(1);
    String version = path.get(start - 1);
    List<String> rest = path.subList(start, path.size());
    String namespace = "";
    if (rest.getFirst().equals("namespaces") && rest.size() > 2 && !ownSubresource(rest)) {
      namespace = rest.get(1);
      rest = rest.subList(2, rest.size());
    }
    ResourceType type = types.find(group, version, rest.getFirst());
    if (type == null
        || rest.size() > 3
        || (type.namespaced() && namespace.isEmpty() && rest.size() > 1)) {
      throw ApiException.noSuchPath();
    }
    return new ResourcePath(
        type, namespace, rest.size() > 1 ? rest.get(1) : "", rest.size() > 2 ? rest.get(2) : "");
  }

  private static boolean ownSubresource(List<String> rest) {
    return rest.size() == 3 && (rest.get(2).equals("status") || rest.get(2).equals("finalize"));
  }
}
