package dev.millrace.local.api.schema;

import dev.cel.bundle.CelBuilder;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The quantity functions that Kubernetes adds to CEL, on {@link BigDecimal}. */
final class QuantityLibrary {
  private static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
  private static final String SYNTAX =
      "[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?";

  private final List<CelFunctionDecl> declarations = new ArrayList<>();
  private final List<CelFunctionBinding> bindings = new ArrayList<>();

  QuantityLibrary() {
    global("quantity", QUANTITY);
    bindings.add(CelFunctionBinding.from("quantity_string", String.class, QuantityLibrary::parse));
    global("isQuantity", SimpleType.BOOL);
    bindings.add(
        CelFunctionBinding.from("isQuantity_string", String.class, text -> text.matches(SYNTAX)));
    binary("compareTo", SimpleType.INT, (a, b) -> (long) a.compareTo(b));
    binary("isGreaterThan", SimpleType.BOOL, (a, b) -> a.compareTo(b) > 0);
    binary("isLessThan", SimpleType.BOOL, (a, b) -> a.compareTo(b) < 0);
    binary("add", QUANTITY, BigDecimal::add);
    binary("sub", QUANTITY, BigDecimal::subtract);
    unary("asInteger", SimpleType.INT, BigDecimal::longValueExact);
    unary("isInteger", SimpleType.BOOL, QuantityLibrary::isInteger);
    unary("asApproximateFloat", SimpleType.DOUBLE, BigDecimal::doubleValue);
    unary("sign", SimpleType.INT, a -> (long) a.signum());
  }

  void addTo(CelBuilder builder) {
    builder.addFunctionDeclarations(declarations).addFunctionBindings(bindings);
  }

  private static BigDecimal parse(String text) {
    if (!text.matches(SYNTAX)) {
      throw new IllegalArgumentException(
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }
    return Quantity.getAmountInBytes(Quantity.parse(text));
  }

  private static boolean isInteger(BigDecimal amount) {
    try {
      amount.longValueExact();
      return true;
    } catch (ArithmeticException e) {
      return false;
    }
  }

  private void global(String name, CelType result) {
    declarations.add(
        CelFunctionDecl.newFunctionDeclaration(
            name, CelOverloadDecl.newGlobalOverload(name + "_string", result, SimpleType.STRING)));
  }

  private void binary(
      String name, CelType result, CelFunctionOverload.Binary<BigDecimal, BigDecimal> function) {
    String id = "quantity_" + name;
    declarations.add(
        CelFunctionDecl.newFunctionDeclaration(
            name, CelOverloadDecl.newMemberOverload(id, result, QUANTITY, QUANTITY)));
    bindings.add(CelFunctionBinding.from(id, BigDecimal.class, BigDecimal.class, function));
  }

  private void unary(String name, CelType result, CelFunctionOverload.Unary<BigDecimal> function) {
    String id = "quantity_" + name;
    declarations.add(
        CelFunctionDecl.newFunctionDeclaration(
            name, CelOverloadDecl.newMemberOverload(id, result, QUANTITY)));
    bindings.add(CelFunctionBinding.from(id, BigDecimal.class, function));
  }
}
