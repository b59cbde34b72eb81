package dev.millrace.operator.api;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one API server of the run, and skips them, with the reason, where none is to be
 * had.
 */
public final class ApiServerExtension implements ExecutionCondition, ParameterResolver {
  private static final String ASSETS = ApiServer.ASSETS;

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    var assets = System.getenv(ASSETS);
    if (assets == null || assets.isBlank()) {
      return ConditionEvaluationResult.disabled(
          ASSETS + " is not set: no kube-apiserver and etcd to test against");
    }
    return ApiServer.assets().isPresent()
        ? ConditionEvaluationResult.enabled("there is an API server to test against")
        : ConditionEvaluationResult.disabled(ASSETS + " holds no kube-apiserver: " + assets);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ApiServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return server(context);
  }

  private static ApiServer server(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .computeIfAbsent(
            ApiServer.class,
            key -> new Running(ApiServer.start(Path.of(System.getenv(ASSETS)))),
            Running.class)
        .server();
  }

  /** Closed by JUnit at the end of the run. */
  private record Running(ApiServer server) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
