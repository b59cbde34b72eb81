package dev.millrace.operator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.io.Serial;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Has objects that are read share what is the same in many: of the strings in the objects of a
 * hundred clusters most are the same few, and every part of fabric8's model, however small, has a
 * map for fields that it does not know, which is hardly ever used.
 */
final class Thrift extends SimpleModule {
  @Serial private static final long serialVersionUID = 1;

  Thrift() {
    super("thrift");
    addDeserializer(String.class, new SharedStrings());
    setDeserializerModifier(new SharedMaps());
  }

  /**
   * Remembers the last string of each hash, so that it takes no more memory than this table,
   * whatever is read. A race costs no more than a string that is there twice.
   */
  private static final class SharedStrings extends StdScalarDeserializer<String> {
    @Serial private static final long serialVersionUID = 1;

    /** Longer ones are messages and files, of which no two are the same. */
    private static final int LENGTH = 128;

    private static final int TABLE = 8192;

    private final transient @Nullable String[] table = new @Nullable String[TABLE];

    SharedStrings() {
      super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return shared(StringDeserializer.instance.deserialize(parser, context));
    }

    private String shared(String read) {
      if (read == null || read.length() > LENGTH) {
        return read;
      }
      int hash = read.hashCode();
      int at = (hash ^ hash >>> 16) & TABLE - 1;
      var before = table[at];
      if (before != null && before.equals(read)) {
        return before;
      }
      table[at] = read;
      return read;
    }
  }

  /** Gives all that know all their fields one empty map. */
  private static final class SharedMaps extends BeanDeserializerModifier {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public JsonDeserializer<?> modifyDeserializer(
        DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
      return Unknown.of(bean.getBeanClass())
          .<JsonDeserializer<?>>map(unknown -> new Emptied(deserializer, unknown))
          .orElse(deserializer);
    }
  }

  /** How a model class keeps what it does not know. */
  private record Unknown(Method get, Method set) {
    private static final String NAME = "AdditionalProperties";

    static Optional<Unknown> of(Class<?> type) {
      try {
        return Optional.of(
            new Unknown(type.getMethod("get" + NAME), type.getMethod("set" + NAME, Map.class)));
      } catch (NoSuchMethodException none) {
        return Optional.empty();
      }
    }

    void empty(Object object) throws IOException {
      try {
        if (get.invoke(object) instanceof Map<?, ?> map && map.isEmpty()) {
          set.invoke(object, Map.of());
        }
      } catch (ReflectiveOperationException e) {
        throw new IOException("Cannot empty " + object.getClass(), e);
      }
    }
  }

  private static final class Emptied extends DelegatingDeserializer {
    @Serial private static final long serialVersionUID = 1;

    private final transient Unknown unknown;

    Emptied(JsonDeserializer<?> delegate, Unknown unknown) {
      super(delegate);
      this.unknown = unknown;
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> delegate) {
      return new Emptied(delegate, unknown);
    }

    @Override
    public @Nullable Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      var object = super.deserialize(parser, context);
      if (object != null) {
        unknown.empty(object);
      }
      return object;
    }
  }
}
