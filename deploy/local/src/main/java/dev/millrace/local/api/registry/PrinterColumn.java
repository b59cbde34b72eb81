package dev.millrace.local.api.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One column of a kind's table.
 *
 * @param priority 0: always shown; more: only with {@code -o wide}
 * @param cell what the column says of an object at a moment; null where it has nothing to say
 */
public record PrinterColumn(
    String name,
    String type,
    String format,
    int priority,
    String description,
    BiFunction<ObjectNode, Instant, @Nullable Object> cell) {

  static PrinterColumn text(
      String name, int priority, BiFunction<ObjectNode, Instant, @Nullable Object> cell) {
    return new PrinterColumn(
        name, "string", name.equals("Name") ? "name" : "", priority, name, cell);
  }
}
