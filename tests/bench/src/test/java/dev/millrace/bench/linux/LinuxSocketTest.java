package dev.millrace.bench.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.launch.Ports;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxSocketTest {

  @Test
  void whatIsDiscardedIsSkippedAndTheRestIsRead(@TempDir Path folder) throws Exception {
    // Given
    Path path = Files.write(folder.resolve("file"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Ports.free(1).getFirst());
    try (LinuxSocket listener = LinuxSocket.listen(address, 1);
        LinuxSocket client = LinuxSocket.connect(address);
        LinuxSocket server = listener.accept();
        LinuxFile file = LinuxFile.open(path)) {

      // When
      long sent = server.sendFile(file, 2, 100);
      server.write(ByteBuffer.allocateDirect(1).put((byte) 9).flip());
      client.discard(5);
      ByteBuffer rest = ByteBuffer.allocateDirect(2);
      client.readFully(rest);

      // Then
      assertThat(sent).isEqualTo(6);
      assertThat(new byte[] {rest.get(0), rest.get(1)}).containsExactly(8, 9);
    }
  }

  @Test
  void evictingAFileLeavesItsContent(@TempDir Path folder) throws Exception {
    // Given
    Path path = Files.writeString(folder.resolve("file"), "content");

    // When
    LinuxFile.evict(path);

    // Then
    assertThat(path).hasContent("content");
  }
}
