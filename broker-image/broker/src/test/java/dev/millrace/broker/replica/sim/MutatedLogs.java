package dev.millrace.broker.replica.sim;

import dev.millrace.log.Log;
import dev.millrace.log.LogManager;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Logs that lack one thing. */
final class MutatedLogs {
  private MutatedLogs() {}

  /** The same logs, but that they forget where epochs began. */
  static LogManager withoutEpochStarts(LogManager real) {
    return proxy(
        LogManager.class,
        (proxy, method, arguments) -> {
          Object result = call(real, method, arguments);
          return method.getName().equals("getOrCreate") ? withoutEpochStarts((Log) result) : result;
        });
  }

  private static Log withoutEpochStarts(Log real) {
    return proxy(
        Log.class,
        (proxy, method, arguments) ->
            method.getName().equals("startEpoch") ? null : call(real, method, arguments));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(MutatedLogs.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object real, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
