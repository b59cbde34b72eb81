package dev.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.json.Json;
import dev.millrace.local.tls.Identity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Asks the API for a table, as kubectl does, and prints it like kubectl. */
final class TablePrinter {
  private static final int GAP = 3;

  private final String url;
  private final Identity identity;

  TablePrinter(String url, Identity identity) {
    this.url = url;
    this.identity = identity;
  }

  /** The lines that {@code kubectl get} prints for the collection at {@code path}. */
  List<String> lines(String path)
      throws IOException, InterruptedException, GeneralSecurityException {
    try (HttpClient http = HttpClient.newBuilder().sslContext(identity.clientContext()).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Authorization", "Bearer " + identity.token())
              .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
              .timeout(Duration.ofSeconds(10))
              .build();
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      return render(Json.parse(response.body()));
    }
  }

  static List<String> render(JsonNode table) {
    List<Integer> shown = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>();
    JsonNode columns = table.path("columnDefinitions");
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).path("priority").asInt() == 0) {
        shown.add(i);
        head.add(columns.get(i).path("name").asText().toUpperCase(Locale.ROOT));
      }
    }
    rows.add(head);
    for (JsonNode row : table.path("rows")) {
      rows.add(
          shown.stream()
              .map(i -> row.path("cells").path(i).asText(""))
              .map(TablePrinter::cell)
              .toList());
    }
    int[] widths = new int[shown.size()];
    rows.forEach(
        row -> {
          for (int i = 0; i < row.size(); i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    return rows.stream().map(row -> padded(row, widths)).toList();
  }

  private static String cell(String text) {
    return text.equals("null") ? "" : text;
  }

  private static String padded(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      line.append(row.get(i));
      if (i < row.size() - 1) {
        line.append(" ".repeat(widths[i] - row.get(i).length() + GAP));
      }
    }
    return line.toString();
  }
}
