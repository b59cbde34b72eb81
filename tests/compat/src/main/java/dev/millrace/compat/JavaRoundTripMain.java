package dev.millrace.compat;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@link JavaRoundTrip}: one line of result, exit code 0 if all of it held. */
@Command(
    name = "java-round-trip",
    mixinStandardHelpOptions = true,
    description = "Does one round trip with the Java client.")
final class JavaRoundTripMain implements Callable<Integer> {
  @Parameters(paramLabel = "BOOTSTRAP", description = "host:port of a broker")
  private String bootstrap = "";

  @Option(
      names = "--records",
      defaultValue = "10000",
      description = "records to send (${DEFAULT-VALUE})")
  private int records;

  @Option(
      names = "--partitions",
      defaultValue = "6",
      description = "partitions to send them to (${DEFAULT-VALUE})")
  private int partitions;

  @Option(
      names = "--group-protocol",
      defaultValue = "classic",
      description = "classic or consumer (${DEFAULT-VALUE})")
  private String groupProtocol = "";

  public static void main(String[] args) {
    System.exit(new CommandLine(new JavaRoundTripMain()).execute(args));
  }

  @Override
  public Integer call() {
    if (!List.of("classic", "consumer").contains(groupProtocol)) {
      throw new IllegalArgumentException("--group-protocol is " + groupProtocol);
    }
    String topic = "compat-java-" + UUID.randomUUID().toString().substring(0, 8);
    try {
      System.out.println(
          new JavaRoundTrip(bootstrap, new TripData(topic, records, partitions), groupProtocol)
              .run());
      return 0;
    } catch (RoundTripFailed | KafkaException e) {
      System.out.println(JavaRoundTrip.title(groupProtocol) + ": FAIL " + e.getMessage());
      return 1;
    }
  }
}
