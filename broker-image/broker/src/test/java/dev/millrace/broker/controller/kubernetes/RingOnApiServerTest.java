package dev.millrace.broker.controller.kubernetes;

import dev.millrace.broker.apiserver.ApiServer;
import dev.millrace.broker.apiserver.ApiServerExtension;
import dev.millrace.broker.controller.MetadataLogContract;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract against a real API server, with a broker's rights. */
@ExtendWith(ApiServerExtension.class)
class RingOnApiServerTest extends MetadataLogContract {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private ApiServer server;

  @BeforeEach
  void use(ApiServer apiServer) {
    server = apiServer;
  }

  @Override
  protected Medium medium(int slots, Duration lease) throws Exception {
    return RingMedium.create(
        RealApis.admin(server), RealApis.broker(server), nextName(), slots, lease);
  }

  private static String nextName() {
    return "contract-" + NAMES.incrementAndGet();
  }
}
