package dev.millrace.local.api.http;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may talk to the API: the holders of the administrator's token and of those that were issued
 * to service accounts. All may do everything; rights are for a real API server to judge. Safe on
 * any thread.
 */
public final class Tokens {
  private final SecureRandom random = new SecureRandom();
  private final Map<String, String> users = new ConcurrentHashMap<>();

  public Tokens(String administrator) {
    users.put(administrator, "admin");
  }

  String issue(String user) {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    users.put(token, user);
    return token;
  }

  boolean accepts(String authorization) {
    return authorization.startsWith("Bearer ")
        && users.containsKey(authorization.substring("Bearer ".length()).strip());
  }
}
