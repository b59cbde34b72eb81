package dev.millrace.e2e;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Skips the steps that come after one that failed: they would only repeat its failure. */
final class StopAtFirstFailure implements ExecutionCondition, TestExecutionExceptionHandler {

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(
            ExtensionContext.Namespace.create(
                StopAtFirstFailure.class, context.getRequiredTestClass()));
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String failed = store(context).get("failed", String.class);
    return failed == null
        ? ConditionEvaluationResult.enabled("no step failed")
        : ConditionEvaluationResult.disabled("an earlier step failed: " + failed);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable throwable)
      throws Throwable {
    store(context).put("failed", context.getDisplayName());
    throw throwable;
  }
}
