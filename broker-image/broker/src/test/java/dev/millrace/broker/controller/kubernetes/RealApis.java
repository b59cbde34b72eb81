package dev.millrace.broker.controller.kubernetes;

import dev.millrace.broker.apiserver.ApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Access to a real API server. */
final class RealApis {
  private RealApis() {}

  static Supplier<KubeApi> admin(ApiServer server) throws IOException {
    return with(server, server.adminCredentials());
  }

  static Supplier<KubeApi> broker(ApiServer server) throws IOException {
    return with(server, server.brokerCredentials());
  }

  private static Supplier<KubeApi> with(ApiServer server, Path credentials) {
    return () -> new HttpKubeApi(KubeAccess.of(server.url(), Optional.of(credentials)));
  }
}
