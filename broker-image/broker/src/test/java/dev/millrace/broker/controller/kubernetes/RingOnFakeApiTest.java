package dev.millrace.broker.controller.kubernetes;

import dev.millrace.broker.controller.MetadataLogContract;
import java.time.Duration;

/** The contract, quickly and everywhere: no API server is needed. */
class RingOnFakeApiTest extends MetadataLogContract {
  @Override
  protected Medium medium(int slots, Duration lease) throws Exception {
    var api = new InMemoryKubeApi();
    return RingMedium.create(() -> api, () -> api, "events", slots, lease);
  }
}
