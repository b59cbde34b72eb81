package dev.millrace.bench;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * How much a JVM has allocated in its heap, by its own count of all threads, ended ones included.
 * Loads the management agent into it, which stays. Used by one thread.
 */
final class AllocationProbe implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection server;

  private AllocationProbe(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
  }

  // The address is that of a child of ours.
  @SuppressWarnings("BanJNDI")
  static AllocationProbe attach(long pid) throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        String address = machine.startLocalManagementAgent();
        return new AllocationProbe(JMXConnectorFactory.connect(new JMXServiceURL(address)));
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("cannot ask process " + pid, e);
    }
  }

  long bytes() throws IOException {
    try {
      return (Long)
          server.getAttribute(
              ObjectName.getInstance("java.lang:type=Threading"), "TotalThreadAllocatedBytes");
    } catch (JMException e) {
      throw new IOException("the JVM does not tell what it allocates", e);
    }
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
