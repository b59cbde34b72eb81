package dev.millrace.broker.server;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The process's logs, watched for errors that somebody has caught and goes on after. Netty's event
 * loops, Kafka's scheduler and coordinator catch everything and log it; of a failure to get direct
 * memory nothing else tells. Such an error is handed to the default uncaught exception handler
 * before it is logged.
 *
 * <p>Made by SLF4J, by the name that {@link #install} leaves. Thread-safe.
 */
public final class WatchedLogs implements SLF4JServiceProvider {
  private final SLF4JServiceProvider logs =
      ServiceLoader.load(SLF4JServiceProvider.class).findFirst().orElseThrow();

  /** Has SLF4J use this; only before the first logger is made. */
  static void install() {
    System.setProperty("slf4j.provider", WatchedLogs.class.getName());
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> new Watched(logs.getLoggerFactory().getLogger(name));
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return logs.getMarkerFactory();
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return logs.getMDCAdapter();
  }

  @Override
  public String getRequestedApiVersion() {
    return logs.getRequestedApiVersion();
  }

  @Override
  public void initialize() {
    logs.initialize();
  }

  private static final class Watched extends AbstractLogger {
    private static final long serialVersionUID = 1;

    private final transient Logger log;

    Watched(Logger log) {
      this.log = log;
      this.name = log.getName();
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable error) {
      var handler = Thread.getDefaultUncaughtExceptionHandler();
      if (error != null && handler != null && Termination.outOfMemory(error).isPresent()) {
        handler.uncaughtException(Thread.currentThread(), error);
      }
      String text = MessageFormatter.basicArrayFormat(message, arguments);
      switch (level) {
        case ERROR -> log.error(text, error);
        case WARN -> log.warn(text, error);
        case INFO -> log.info(text, error);
        case DEBUG -> log.debug(text, error);
        case TRACE -> log.trace(text, error);
      }
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    public boolean isTraceEnabled() {
      return log.isTraceEnabled();
    }

    @Override
    public boolean isTraceEnabled(Marker marker) {
      return log.isTraceEnabled(marker);
    }

    @Override
    public boolean isDebugEnabled() {
      return log.isDebugEnabled();
    }

    @Override
    public boolean isDebugEnabled(Marker marker) {
      return log.isDebugEnabled(marker);
    }

    @Override
    public boolean isInfoEnabled() {
      return log.isInfoEnabled();
    }

    @Override
    public boolean isInfoEnabled(Marker marker) {
      return log.isInfoEnabled(marker);
    }

    @Override
    public boolean isWarnEnabled() {
      return log.isWarnEnabled();
    }

    @Override
    public boolean isWarnEnabled(Marker marker) {
      return log.isWarnEnabled(marker);
    }

    @Override
    public boolean isErrorEnabled() {
      return log.isErrorEnabled();
    }

    @Override
    public boolean isErrorEnabled(Marker marker) {
      return log.isErrorEnabled(marker);
    }
  }
}
