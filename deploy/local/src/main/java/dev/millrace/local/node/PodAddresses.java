package dev.millrace.local.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Gives each pod a loopback address of its own, the same one as last time where that is free. Safe
 * on any thread.
 */
final class PodAddresses {
  private static final String NETWORK = "127.0.0.";
  private static final int FIRST = 11;
  private static final int LAST = 250;

  private final Set<String> taken = new HashSet<>();

  /**
   * An address on which {@code ports} are free, remembered in {@code memory}.
   *
   * @throws IOException where there is none: all are in use, or the system has no 127.0.0.11
   */
  synchronized String take(Path memory, Collection<Integer> ports) throws IOException {
    if (Files.exists(memory)) {
      String last = Files.readString(memory).strip();
      if (usable(last, ports)) {
        taken.add(last);
        return last;
      }
    }
    for (int host = FIRST; host <= LAST; host++) {
      String address = NETWORK + host;
      if (usable(address, ports)) {
        taken.add(address);
        Files.writeString(memory, address);
        return address;
      }
    }
    throw new IOException(
        "no free address from "
            + NETWORK
            + FIRST
            + " to "
            + NETWORK
            + LAST
            + " for the ports "
            + ports
            + " (on macOS each needs: sudo ifconfig lo0 alias "
            + NETWORK
            + FIRST
            + ")");
  }

  synchronized void release(String address) {
    taken.remove(address);
  }

  private boolean usable(String address, Collection<Integer> ports) {
    if (taken.contains(address)) {
      return false;
    }
    for (int port : ports) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
