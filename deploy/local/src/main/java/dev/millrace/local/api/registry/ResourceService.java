package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.api.patch.FieldManager;
import dev.millrace.local.api.patch.Shape;
import dev.millrace.local.api.store.ConflictException;
import dev.millrace.local.api.store.ObjectKey;
import dev.millrace.local.api.store.ObjectStore;
import dev.millrace.local.api.store.Revisions;
import dev.millrace.local.api.store.Subscription;
import dev.millrace.local.json.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Create, read, update, delete with the meaning that Kubernetes gives them: preconditions,
 * generation, finalizers, graceful deletion of pods, field owners, no write where nothing changes.
 * Safe on any thread; what it returns must not be changed.
 */
public final class ResourceService {
  private static final long DEFAULT_POD_GRACE = 30;

  private final ObjectStore store;
  private final TypeRegistry types;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final FieldManager fields;
  private final Admission admission = new Admission();

  public ResourceService(
      ObjectStore store, TypeRegistry types, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.types = types;
    this.clock = clock;
    this.random = random;
    this.fields = new FieldManager(clock);
    store.list(CrdTypes.STORAGE, "").items().forEach(types::define);
  }

  public ObjectNode get(ResourceType type, String namespace, String name) {
    return presented(type, stored(type, namespace, name));
  }

  /** The objects that {@code selector} accepts, and the revision at which they were so. */
  public ObjectStore.Listing list(ResourceType type, String namespace, Selector selector) {
    ObjectStore.Listing all = store.list(type.storage(), namespace);
    List<ObjectNode> items =
        all.items().stream().map(item -> presented(type, item)).filter(selector).toList();
    return new ObjectStore.Listing(items, all.revision());
  }

  public Subscription watch(ResourceType type, String namespace, long from) {
    return store.watch(
        key ->
            key.storage().equals(type.storage())
                && (namespace.isEmpty() || key.namespace().equals(namespace)),
        from);
  }

  public long revision() {
    return store.revision();
  }

  /** The object in the words of {@code type}'s version. */
  public ObjectNode presented(ResourceType type, ObjectNode object) {
    if (EventConversion.isNew(type)) {
      return EventConversion.toNew(object);
    }
    if (Json.text(object, "apiVersion").equals(type.apiVersion())) {
      return object;
    }
    ObjectNode copy = object.deepCopy();
    return copy.put("apiVersion", type.apiVersion()).put("kind", type.kind());
  }

  public ObjectNode create(
      ResourceType type, String namespace, ObjectNode body, WriteOptions options) {
    ObjectNode object = identified(type, body.deepCopy());
    admission.decode(type, object, options);
    Json.child(object, "metadata").remove("managedFields");
    Metadata.initialize(object, type, namespace, clock.instant(), random);
    ObjectNode owned = fields.update(null, object, options.manager(), "", type.shape());
    return insert(type, namespace, owned, options);
  }

  private ObjectNode insert(
      ResourceType type, String namespace, ObjectNode object, WriteOptions options) {
    String name = Json.text(object, "metadata", "name");
    if (name.isEmpty()) {
      throw ApiException.invalid(
          type.kind(),
          type.group(),
          "",
          List.of(
              new ApiException.Cause(
                  "FieldValueRequired",
                  "Required value: name or generateName is required",
                  "metadata.name")));
    }
    if (type.namespaced() && store.get(namespaceKey(namespace)) == null) {
      throw ApiException.notFound("namespaces", "", namespace);
    }
    admission.defaults(type, object, true);
    admission.validate(type, object, null);
    ObjectNode kept = EventConversion.isNew(type) ? EventConversion.toCore(object) : object;
    define(type, kept);
    if (options.dryRun()) {
      return presented(type, kept);
    }
    try {
      return presented(type, store.create(type.key(place(type, namespace), name), kept));
    } catch (ConflictException e) {
      throw ApiException.alreadyExists(type.plural(), type.group(), name);
    }
  }

  /** Replaces the object, or its status or scale. */
  public ObjectNode update(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      ObjectNode body,
      WriteOptions options) {
    return change(
        type,
        namespace,
        name,
        subresource,
        options,
        old ->
            subresource.equals("scale") && type.scale() != null
                ? ScaleView.applyTo(old, body, type.scale())
                : identified(type, body.deepCopy()),
        false);
  }

  /** Changes the object by {@code patch}, again and again while others write in between. */
  public ObjectNode patch(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      Function<ObjectNode, JsonNode> patch,
      WriteOptions options) {
    return change(
        type,
        namespace,
        name,
        subresource,
        options,
        old -> {
          if (subresource.equals("scale") && type.scale() != null) {
            JsonNode scale = patch.apply(ScaleView.of(old, type.scale()));
            return ScaleView.applyTo(old, scale, type.scale());
          }
          if (patch.apply(old) instanceof ObjectNode patched) {
            return patched;
          }
          throw ApiException.badRequest("the patched value is no object");
        },
        true);
  }

  /** Server-side apply. Creates what is not there. */
  public ObjectNode apply(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      ObjectNode config,
      WriteOptions options) {
    ObjectNode wanted = identified(type, config.deepCopy());
    ObjectNode meta = Json.child(wanted, "metadata").put("name", name);
    meta.remove(List.of("managedFields", "uid", "creationTimestamp", "generation"));
    if (subresource.equals("status")) {
      wanted.retain("apiVersion", "kind", "status");
    } else if (type.hasStatus()) {
      wanted.remove("status");
    }
    Shape shape = type.shape();
    ObjectNode present = store.get(type.key(place(type, namespace), name));
    if (present == null && subresource.isEmpty()) {
      ObjectNode made = fields.apply(null, wanted, options.manager(), "", options.force(), shape);
      JsonNode owners = Json.at(made, "metadata", "managedFields");
      admission.decode(type, made, options);
      Metadata.initialize(made, type, namespace, clock.instant(), random);
      Json.child(made, "metadata").set("managedFields", owners);
      return insert(type, namespace, made, options);
    }
    String revision = Json.text(wanted, "metadata", "resourceVersion");
    return change(
        type,
        namespace,
        name,
        subresource,
        options,
        old -> {
          ObjectNode next =
              fields.apply(old, wanted, options.manager(), subresource, options.force(), shape);
          Json.child(next, "metadata")
              .put(
                  "resourceVersion",
                  revision.isEmpty() ? Json.text(old, "metadata", "resourceVersion") : revision);
          return next;
        },
        true,
        true);
  }

  private ObjectNode change(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      WriteOptions options,
      Function<ObjectNode, ObjectNode> next,
      boolean retry) {
    return change(type, namespace, name, subresource, options, next, retry, false);
  }

  private ObjectNode change(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      WriteOptions options,
      Function<ObjectNode, ObjectNode> next,
      boolean retry,
      boolean applied) {
    ObjectKey key = type.key(place(type, namespace), name);
    while (true) {
      ObjectNode old = stored(type, namespace, name);
      ObjectNode object = next.apply(presented(type, old)).deepCopy();
      if (EventConversion.isNew(type)) {
        object = EventConversion.toCore(object);
      }
      precondition(type, name, object, old);
      JsonNode owners = Json.at(object, "metadata", "managedFields");
      admission.decode(type, object, options);
      Metadata.carryOver(object, old, type, subresource.equals("status"));
      admission.defaults(type, object, false);
      if (!applied) {
        object = fields.update(old, object, options.manager(), subresource, type.shape());
      } else if (!owners.isMissingNode()) {
        // Of the metadata that came with a status only the owners count.
        Json.child(object, "metadata").set("managedFields", owners);
      }
      admission.validate(type, object, old);
      try {
        return commit(type, key, object, old, subresource, options);
      } catch (ConflictException e) {
        if (e.why() == ConflictException.Why.MISSING) {
          throw ApiException.notFound(type.plural(), type.group(), name);
        }
        if (!retry) {
          throw ApiException.modified(type.plural(), type.group(), name);
        }
      }
    }
  }

  private ObjectNode commit(
      ResourceType type,
      ObjectKey key,
      ObjectNode object,
      ObjectNode old,
      String subresource,
      WriteOptions options)
      throws ConflictException {
    long revision = Revisions.of(old);
    Json.child(object, "metadata")
        .set("resourceVersion", Json.at(old, "metadata", "resourceVersion"));
    ObjectNode result = object;
    if (!options.dryRun()) {
      define(type, object);
      if (Metadata.isDeleting(object)
          && Metadata.finalizers(object).isEmpty()
          && !type.storage().equals("pods.")) {
        result = store.delete(key, revision);
      } else if (!Json.same(object, old)) {
        result = store.update(key, object, revision);
      }
    }
    return subresource.equals("scale") && type.scale() != null
        ? ScaleView.of(result, type.scale())
        : presented(type, result);
  }

  private static void precondition(
      ResourceType type, String name, ObjectNode object, ObjectNode old) {
    String expected = Json.text(object, "metadata", "resourceVersion");
    String uid = Json.text(object, "metadata", "uid");
    String present = Json.text(old, "metadata", "uid");
    if (!uid.isEmpty() && !uid.equals(present)) {
      throw ApiException.conflict(
          type.plural(),
          type.group(),
          name,
          "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + present);
    }
    if (!expected.isEmpty() && !expected.equals(Json.text(old, "metadata", "resourceVersion"))) {
      throw ApiException.modified(type.plural(), type.group(), name);
    }
  }

  /** Gives the object where it lives on for now, null where it is gone. */
  public @Nullable ObjectNode delete(
      ResourceType type, String namespace, String name, DeleteOptions options) {
    ObjectKey key = type.key(place(type, namespace), name);
    while (true) {
      ObjectNode old = stored(type, namespace, name);
      ObjectNode expected = old.deepCopy();
      if (!options.uid().isEmpty()) {
        Json.child(expected, "metadata").put("uid", options.uid());
      }
      if (!options.revision().isEmpty()) {
        Json.child(expected, "metadata").put("resourceVersion", options.revision());
      }
      precondition(type, name, expected, old);
      if (options.dryRun()) {
        return null;
      }
      ObjectNode marked = marked(type, old, options);
      try {
        if (marked == null) {
          store.delete(key, Revisions.of(old));
          afterDeletion(type, name);
          return null;
        }
        return presented(
            type, Json.same(marked, old) ? old : store.update(key, marked, Revisions.of(old)));
      } catch (ConflictException e) {
        if (e.why() == ConflictException.Why.MISSING) {
          throw ApiException.notFound(type.plural(), type.group(), name);
        }
      }
    }
  }

  /** The object as one that is to be deleted later; null where that can be done now. */
  private @Nullable ObjectNode marked(ResourceType type, ObjectNode old, DeleteOptions options) {
    ObjectNode next = old.deepCopy();
    ObjectNode meta = Json.child(next, "metadata");
    ArrayNode finalizers =
        meta.get("finalizers") instanceof ArrayNode present ? present : Json.array();
    String policy =
        switch (options.policy()) {
          case "Foreground" -> "foregroundDeletion";
          case "Orphan" -> "orphan";
          default -> "";
        };
    if (!policy.isEmpty() && !Metadata.finalizers(old).contains(policy)) {
      meta.set("finalizers", finalizers.add(policy));
    }
    long grace = 0;
    if (type.storage().equals("pods.") && !Json.text(old, "spec", "nodeName").isEmpty()) {
      long standard =
          Json.at(old, "spec", "terminationGracePeriodSeconds").asLong(DEFAULT_POD_GRACE);
      grace = options.grace() == null ? standard : options.grace();
    }
    if (grace == 0 && Metadata.finalizers(next).isEmpty()) {
      return null;
    }
    if (!meta.has("deletionTimestamp")) {
      Instant at = clock.instant().plusSeconds(grace).truncatedTo(ChronoUnit.SECONDS);
      meta.put("deletionTimestamp", at.toString()).put("deletionGracePeriodSeconds", grace);
      if (type.counted()) {
        meta.put("generation", meta.path("generation").asLong() + 1);
      }
    } else if (grace == 0) {
      meta.put("deletionGracePeriodSeconds", 0);
    }
    return next;
  }

  private void afterDeletion(ResourceType type, String name) {
    if (type.storage().equals(CrdTypes.STORAGE)) {
      for (ResourceType gone : types.remove(name)) {
        for (ObjectNode object : store.list(gone.storage(), "").items()) {
          purge(
              gone.key(
                  Json.text(object, "metadata", "namespace"),
                  Json.text(object, "metadata", "name")));
        }
      }
    } else if (type.storage().equals("namespaces.")) {
      store.inNamespace(name).forEach(this::purge);
    }
  }

  private void purge(ObjectKey key) {
    ObjectNode present = store.get(key);
    while (present != null) {
      try {
        store.delete(key, Revisions.of(present));
      } catch (ConflictException e) {
        // Written or gone in between: look again.
      }
      present = store.get(key);
    }
  }

  private void define(ResourceType type, ObjectNode object) {
    if (type.storage().equals(CrdTypes.STORAGE)) {
      CrdTypes.establish(object, clock.instant());
      types.define(object);
    }
  }

  public ObjectNode scale(ResourceType type, String namespace, String name) {
    if (type.scale() == null) {
      throw ApiException.noSuchPath();
    }
    return ScaleView.of(stored(type, namespace, name), type.scale());
  }

  private ObjectNode stored(ResourceType type, String namespace, String name) {
    ObjectNode object = store.get(type.key(place(type, namespace), name));
    if (object == null) {
      throw ApiException.notFound(type.plural(), type.group(), name);
    }
    return object;
  }

  private static ObjectNode identified(ResourceType type, ObjectNode body) {
    String apiVersion = Json.text(body, "apiVersion");
    String kind = Json.text(body, "kind");
    if (!apiVersion.isEmpty() && !apiVersion.equals(type.apiVersion())) {
      throw ApiException.badRequest(
          "the API version in the data ("
              + apiVersion
              + ") does not match the expected API version ("
              + type.apiVersion()
              + ")");
    }
    if (!kind.isEmpty() && !kind.equals(type.kind())) {
      throw ApiException.badRequest(
          "the kind in the data ("
              + kind
              + ") does not match the expected one ("
              + type.kind()
              + ")");
    }
    return body.put("apiVersion", type.apiVersion()).put("kind", type.kind());
  }

  private static String place(ResourceType type, String namespace) {
    return type.namespaced() ? namespace : "";
  }

  private ObjectKey namespaceKey(String namespace) {
    return new ObjectKey("namespaces.", "", namespace);
  }
}
