package dev.millrace.local.api;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.millrace.local.LocalApi;
import dev.millrace.local.api.http.ApiFront;
import dev.millrace.local.api.http.PodLogs;
import dev.millrace.local.api.http.Tokens;
import dev.millrace.local.api.registry.ResourceService;
import dev.millrace.local.api.registry.ResourceType;
import dev.millrace.local.api.registry.TypeRegistry;
import dev.millrace.local.api.registry.WriteOptions;
import dev.millrace.local.api.store.Journal;
import dev.millrace.local.api.store.ObjectStore;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;

/**
 * A Kubernetes API on the loopback interface, over HTTPS, for who holds a token. One virtual thread
 * a request. Knows no cluster: what controllers and kubelets do has to be done by others.
 */
public final class EmbeddedApi implements LocalApi {
  private final ObjectStore store;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private EmbeddedApi(ObjectStore store, HttpsServer server) {
    this.store = store;
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param port 0, or where it is taken: any that is free
   */
  public static EmbeddedApi start(
      Journal journal, SSLContext tls, String administratorToken, PodLogs logs, int port)
      throws IOException {
    // Without it the kernel holds back small responses for 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    ObjectStore store = new ObjectStore(journal);
    TypeRegistry types = new TypeRegistry();
    Clock clock = Clock.systemUTC();
    ResourceService service =
        new ResourceService(store, types, clock, RandomGenerator.getDefault());
    for (String namespace : List.of("default", "kube-system")) {
      ensureNamespace(service, types, namespace);
    }
    HttpsServer server = bind(port);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    EmbeddedApi api = new EmbeddedApi(store, server);
    server.setExecutor(api.threads);
    server.createContext(
        "/", new ApiFront(types, service, new Tokens(administratorToken), logs, clock));
    server.start();
    return api;
  }

  @Override
  public String description() {
    return "embedded";
  }

  @Override
  public String url() {
    return "https://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() throws IOException {
    server.stop(0);
    threads.shutdownNow();
    store.close();
  }

  private static HttpsServer bind(int port) throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    try {
      return HttpsServer.create(new InetSocketAddress(loopback, port), 128);
    } catch (BindException e) {
      if (port == 0) {
        throw e;
      }
      return HttpsServer.create(new InetSocketAddress(loopback, 0), 128);
    }
  }

  private static void ensureNamespace(ResourceService service, TypeRegistry types, String name) {
    ResourceType namespaces = types.find("", "v1", "namespaces");
    if (namespaces == null) {
      throw new IllegalStateException("namespaces are always served");
    }
    try {
      service.get(namespaces, "", name);
    } catch (ApiException e) {
      var namespace = Json.object();
      namespace.putObject("metadata").put("name", name);
      service.create(
          namespaces,
          "",
          namespace,
          new WriteOptions("kube-apiserver", false, false, "Ignore", warning -> {}));
    }
  }
}
