package dev.millrace.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds code that looks at fields of Kubernetes' objects which a mapper leaves out. */
final class Unread {
  private static final String MODEL = "io.fabric8.kubernetes.api.model";
  private static final Pattern GETTER = Pattern.compile("(?:get|is)([A-Z])(\\w*)");

  private Unread() {}

  /** Each such look, in words. */
  static List<String> in(JavaClasses classes, ObjectMapper json) {
    return classes.stream().flatMap(type -> in(type, json)).distinct().sorted().toList();
  }

  private static Stream<String> in(JavaClass type, ObjectMapper json) {
    Map<Class<?>, Set<String>> looks =
        type.getAccessesFromSelf().stream()
            .filter(access -> access.getTargetOwner().getPackageName().startsWith(MODEL))
            .collect(
                Collectors.groupingBy(
                    access -> access.getTargetOwner().reflect(),
                    Collectors.flatMapping(
                        access -> property(access).stream(), Collectors.toSet())));
    return looks.keySet().stream()
        .flatMap(
            owner ->
                Stream.concat(
                    unread(owner, looks, read(json.findMixInClassFor(owner))),
                    parts(json.findMixInClassFor(owner))
                        .filter(part -> seen(looks, owner).contains(property(part.getName())))
                        .flatMap(part -> unread(part.getReturnType(), looks, read(part)))))
        .map(look -> type.getSimpleName() + " looks at " + look);
  }

  private static Stream<String> unread(
      Class<?> owner, Map<Class<?>, Set<String>> looks, Predicate<String> read) {
    return seen(looks, owner).stream()
        .filter(read.negate())
        .map(property -> owner.getSimpleName() + "." + property);
  }

  private static Set<String> seen(Map<Class<?>, Set<String>> looks, Class<?> owner) {
    return looks.getOrDefault(owner, Set.of());
  }

  private static Stream<Method> parts(Class<?> mixin) {
    return mixin == null ? Stream.of() : Arrays.stream(mixin.getDeclaredMethods());
  }

  /** What the annotations of a mix-in, or of a part of one, let through. */
  private static Predicate<String> read(AnnotatedElement mixin) {
    if (mixin == null) {
      return any -> true;
    }
    var some = Optional.ofNullable(mixin.getAnnotation(JsonIncludeProperties.class));
    var others = Optional.ofNullable(mixin.getAnnotation(JsonIgnoreProperties.class));
    return property ->
        some.map(only -> List.of(only.value()).contains(property)).orElse(true)
            && others.map(but -> !List.of(but.value()).contains(property)).orElse(true);
  }

  private static Optional<String> property(JavaAccess<?> access) {
    return Optional.of(access.getTarget().getName())
        .filter(name -> GETTER.matcher(name).matches())
        .map(Unread::property);
  }

  private static String property(String getter) {
    var found = GETTER.matcher(getter);
    return found.matches() ? found.group(1).toLowerCase(Locale.ROOT) + found.group(2) : getter;
  }
}
