package dev.millrace.local.api.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.local.api.ApiException;
import dev.millrace.local.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectStoreTest {
  private static final ObjectKey A = new ObjectKey("things.", "default", "a");
  private static final ObjectKey B = new ObjectKey("things.", "default", "b");

  @TempDir Path directory;

  @Test
  void everyWriteMakesTheNextRevisionOfAll() throws Exception {
    // Given
    ObjectStore store = new ObjectStore(Journal.none());

    // When
    ObjectNode a = store.create(A, thing(1));
    ObjectNode b = store.create(B, thing(1));
    ObjectNode changed = store.update(A, thing(2), Revisions.of(a));

    // Then
    assertThat(Revisions.of(a)).isEqualTo(1);
    assertThat(Revisions.of(b)).isEqualTo(2);
    assertThat(Revisions.of(changed)).isEqualTo(3);
    assertThat(store.list("things.", "").revision()).isEqualTo(3);
  }

  @Test
  void aWriteOnAnOldRevisionIsRefused() throws Exception {
    // Given
    ObjectStore store = new ObjectStore(Journal.none());
    long old = Revisions.of(store.create(A, thing(1)));
    store.update(A, thing(2), old);

    // When, Then
    assertThatThrownBy(() -> store.update(A, thing(3), old))
        .isInstanceOfSatisfying(
            ConflictException.class,
            e -> assertThat(e.why()).isEqualTo(ConflictException.Why.MODIFIED));
    assertThatThrownBy(() -> store.create(A, thing(4)))
        .isInstanceOfSatisfying(
            ConflictException.class,
            e -> assertThat(e.why()).isEqualTo(ConflictException.Why.EXISTS));
  }

  @Test
  void theNextStoreOnAJournalHasTheSameObjectsAndNeverAnOldRevision() throws Exception {
    // Given
    Path file = directory.resolve("journal");
    try (ObjectStore store = new ObjectStore(Journal.at(file))) {
      store.create(A, thing(1));
      ObjectNode b = store.create(B, thing(2));
      store.delete(B, Revisions.of(b));
    }

    // When
    try (ObjectStore again = new ObjectStore(Journal.at(file))) {
      // Then
      assertThat(again.get(A)).isNotNull();
      assertThat(again.get(B)).isNull();
      assertThat(again.revision()).isEqualTo(3);
      assertThat(Revisions.of(again.create(B, thing(3)))).isEqualTo(4);
    }
  }

  @Test
  void aTornLastLineIsDropped() throws Exception {
    // Given
    Path file = directory.resolve("journal");
    try (ObjectStore store = new ObjectStore(Journal.at(file))) {
      store.create(A, thing(1));
    }
    Files.writeString(file, "{\"r\":9,\"s\":\"thi", StandardOpenOption.APPEND);

    // When
    try (ObjectStore again = new ObjectStore(Journal.at(file))) {
      // Then
      assertThat(again.revision()).isEqualTo(1);
      assertThat(again.get(A)).isNotNull();
    }
  }

  @Test
  void aDamagedLineInTheMiddleIsNotPassedOver() throws Exception {
    // Given
    Path file = directory.resolve("journal");
    Files.writeString(file, "{\"r\":1\n{\"r\":2,\"s\":\"x\",\"ns\":\"\",\"n\":\"y\",\"o\":{}}\n");

    // When, Then
    assertThatThrownBy(() -> new ObjectStore(Journal.at(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void aWatchResumesAfterTheRevisionThatItNames() throws Exception {
    // Given
    ObjectStore store = new ObjectStore(Journal.none());
    ObjectNode a = store.create(A, thing(1));
    store.update(A, thing(2), Revisions.of(a));

    // When
    try (Subscription watch = store.watch(key -> true, Revisions.of(a))) {
      StoreEvent event = watch.poll(Duration.ofSeconds(5));

      // Then
      assertThat(event).isNotNull();
      assertThat(event.type()).isEqualTo(StoreEvent.Type.MODIFIED);
      assertThat(event.revision()).isEqualTo(2);
    }
  }

  @Test
  void aWatchFromBeforeTheHistoryIsToldSo() throws Exception {
    // Given
    ObjectStore store = new ObjectStore(Journal.none());
    ObjectNode object = store.create(A, thing(0));
    for (int i = 0; i <= History.MAX_EVENTS; i++) {
      object = store.update(A, thing(i + 1), Revisions.of(object));
    }

    // When, Then
    assertThatThrownBy(() -> store.watch(key -> true, 0))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(410);
              assertThat(e.reason()).isEqualTo("Expired");
            });
  }

  private static ObjectNode thing(int value) {
    ObjectNode thing = Json.object();
    thing.putObject("spec").put("value", value);
    return thing;
  }
}
