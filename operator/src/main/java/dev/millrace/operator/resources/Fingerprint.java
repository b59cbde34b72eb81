package dev.millrace.operator.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A short name for a text, by which a change of it is seen. Not for secrets. */
public final class Fingerprint {
  private static final int LENGTH = 16;

  /** By order of names: that of an immutable map is another one in each process. */
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

  private Fingerprint() {}

  /** The same of what an object says, in whatever order its maps say it. */
  public static String ofObject(Object object) {
    return of(tree(object).toString());
  }

  /** What an object says, maps by order of names. */
  public static JsonNode tree(Object object) {
    return JSON.valueToTree(object);
  }

  /** Sixteen hexadecimal digits that differ where texts do. */
  public static String of(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, LENGTH);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
