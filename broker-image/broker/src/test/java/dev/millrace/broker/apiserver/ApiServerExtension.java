package dev.millrace.broker.apiserver;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one {@link ApiServer}, started for the first that asks and ended with the last. Where
 * {@code KUBEBUILDER_ASSETS} names no folder with the two programs, its tests are skipped.
 */
public final class ApiServerExtension implements BeforeAllCallback, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ApiServerExtension.class);
  private static final String VARIABLE = "KUBEBUILDER_ASSETS";

  @Override
  public void beforeAll(ExtensionContext context) {
    String assets = System.getenv(VARIABLE);
    Assumptions.assumeTrue(
        assets != null && !assets.isBlank(),
        VARIABLE + " is not set: it names the folder with etcd and kube-apiserver");
    for (String program : new String[] {"etcd", "kube-apiserver"}) {
      Assumptions.assumeTrue(
          Files.isExecutable(Path.of(assets, program)),
          VARIABLE + "=" + assets + " has no " + program);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ApiServer.class;
  }

  @Override
  public ApiServer resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(ApiServer.class, key -> startServer(), ApiServer.class);
  }

  private static ApiServer startServer() {
    try {
      return ApiServer.start(Path.of(System.getenv(VARIABLE)));
    } catch (Exception e) {
      throw new IllegalStateException("the API server does not start", e);
    }
  }
}
