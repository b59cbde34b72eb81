package dev.millrace.local.api.schema;

import dev.cel.bundle.CelBuilder;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import java.util.List;

/** Of the list functions that Kubernetes adds to CEL the sum, of whole numbers. */
final class ListLibrary {
  private static final String SUM = "list_sum";

  private ListLibrary() {}

  static void addTo(CelBuilder builder) {
    builder
        .addFunctionDeclarations(
            CelFunctionDecl.newFunctionDeclaration(
                "sum",
                CelOverloadDecl.newMemberOverload(
                    SUM, SimpleType.INT, ListType.create(SimpleType.DYN))))
        .addFunctionBindings(CelFunctionBinding.from(SUM, List.class, ListLibrary::sum));
  }

  private static long sum(List<?> numbers) {
    return numbers.stream().mapToLong(number -> ((Number) number).longValue()).sum();
  }
}
