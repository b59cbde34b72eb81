package dev.millrace.broker.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.Security;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's process: {@code java -cp … dev.millrace.broker.server.BrokerMain --config=FILE}.
 *
 * <p>For development, after {@code mvn -pl broker-image/broker -am package
 * dependency:build-classpath -Dmdep.outputFile=target/classpath}:
 *
 * <pre>
 * java -Xmx64m -XX:MaxDirectMemorySize=48m -XX:+ExitOnOutOfMemoryError \
 *   -cp broker-image/broker/target/classes:$(cat broker-image/broker/target/classpath) \
 *   dev.millrace.broker.server.BrokerMain --config=broker.properties
 * </pre>
 *
 * with, at the least, {@code node.id}, {@code listeners} and {@code log.dirs} in the file.
 *
 * <p>SIGTERM stops it cleanly with exit code 0. It ends with 1 at a fault, with 2 where the
 * configuration is to blame, with 3 when it is out of memory.
 */
public final class BrokerMain {
  private static final int BAD_CONFIGURATION = 2;

  private BrokerMain() {}

  /** Starts a broker and returns; the broker's threads keep the process alive. */
  public static void main(String[] arguments) {
    Termination termination = watched(System.getenv());
    Logger logger = LoggerFactory.getLogger(BrokerMain.class);
    // A pod that was replaced has another address: the JVM's own half minute would keep brokers
    // from each other for that long, and a name that is missing for a moment for ten seconds.
    Security.setProperty("networkaddress.cache.ttl", "1");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    try {
      var settings = SettingsFile.read(file(arguments), System.getenv());
      BrokerConfig config = BrokerConfig.of(new RackFile(Thread::sleep).resolve(settings));
      logger
          .atInfo()
          .addKeyValue("version", BuildVersion.get())
          .addKeyValue("nodeId", config.nodeId())
          .log("Starting");
      var broker = new Broker(config, termination, Media::open);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker), "stop"));
      broker.start();
    } catch (InvalidSettingException | IOException e) {
      System.err.println("The broker cannot start: " + e.getMessage());
      Runtime.getRuntime().halt(BAD_CONFIGURATION);
    } catch (Exception e) {
      termination.fatal("the broker could not start", e);
    }
  }

  /** The way out that leads there from wherever memory runs out; before the first logger. */
  static Termination watched(Map<String, String> environment) {
    WatchedLogs.install();
    Termination termination = Termination.ofThisProcess(environment);
    Thread.setDefaultUncaughtExceptionHandler(termination);
    return termination;
  }

  /** Without the halt the process would end with the signal's number instead of 0. */
  private static void stop(Broker broker) {
    broker.close();
    Runtime.getRuntime().halt(0);
  }

  private static Path file(String[] arguments) {
    String prefix = "--config=";
    if (arguments.length != 1 || !arguments[0].startsWith(prefix)) {
      throw new InvalidSettingException("usage: BrokerMain --config=FILE");
    }
    return Path.of(arguments[0].substring(prefix.length()));
  }
}
