package dev.millrace.plugin.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a gzipped tar archive of plain files (POSIX ustar), which every {@code tar} reads. Names
 * are ASCII, with at most 100 bytes behind the last slash that can be left out of account and 155
 * before it. Used by one thread.
 */
final class TarGz implements AutoCloseable {
  private static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int PREFIX = 345;
  private static final int PREFIX_LENGTH = 155;
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_LENGTH = 8;

  private final OutputStream out;
  private final long seconds;

  /**
   * An archive in a file that is not there yet.
   *
   * @param time of all that is in it
   */
  TarGz(Path file, Instant time) throws IOException {
    this.out =
        new GZIPOutputStream(
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    this.seconds = time.getEpochSecond();
  }

  void add(String name, byte[] content) throws IOException {
    byte[] header = new byte[BLOCK];
    int slash = name.length() <= NAME ? -1 : name.indexOf('/', name.length() - NAME - 1);
    if (slash > PREFIX_LENGTH || (slash < 0 && name.length() > NAME)) {
      throw new IOException("the name is too long for an archive: " + name);
    }
    text(header, 0, name.substring(slash + 1));
    text(header, PREFIX, name.substring(0, Math.max(0, slash)));
    octal(header, 100, 8, 0600);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, content.length);
    octal(header, 136, 12, seconds);
    header[156] = '0';
    text(header, 257, "ustar\0" + "00");
    Arrays.fill(header, CHECKSUM, CHECKSUM + CHECKSUM_LENGTH, (byte) ' ');
    int sum = 0;
    for (byte value : header) {
      sum += value & 0xff;
    }
    octal(header, CHECKSUM, CHECKSUM_LENGTH - 1, sum);
    out.write(header);
    out.write(content);
    out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  /** A number in octal digits, ended by a zero byte. */
  private static void octal(byte[] header, int at, int length, long number) {
    String digits = Long.toOctalString(number);
    text(header, at, "0".repeat(length - 1 - digits.length()) + digits + "\0");
  }

  private static void text(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
  }
}
