package dev.hilo.reader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.Event;
import dev.hilo.conversation.Row;
import dev.hilo.testing.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who hears only of changes inside of its window still sees what stands first on the shelf. */
class WindowTest {
  private static Row row(String id, long at) {
    return new Row(
        id,
        "",
        List.of(),
        List.of(),
        "",
        "customer",
        at,
        "open",
        null,
        0,
        0,
        Event.Priority.NORMAL,
        List.of(),
        1,
        at);
  }

  @Seeds(200)
  void aViewerWhoFollowsSeesTheFirstRows(Random random) {
    TreeSet<Row> shelf = new TreeSet<>(Window.NEWEST);
    Map<String, Row> rows = new HashMap<>();
    int people = 1 + random.nextInt(12);
    for (int i = random.nextInt(people + 1); i > 0; i--) {
      Row first = row("c" + i, random.nextInt(20));
      rows.put(first.id(), first);
      shelf.add(first);
    }
    int limit = 1 + random.nextInt(6);
    Window window = new Window(shelf, limit);
    List<String> seen = new ArrayList<>(window.rows().keySet().stream().map(Row::id).toList());
    int told = 0;
    for (int i = 0; i < 60; i++) {
      String id = "c" + random.nextInt(people + 1);
      @Nullable Row before = rows.get(id);
      @Nullable Row next = random.nextInt(3) == 0 ? null : row(id, random.nextInt(20));
      if (before != null) {
        shelf.remove(before);
      }
      if (next == null) {
        rows.remove(id);
      } else {
        rows.put(id, next);
        shelf.add(next);
      }
      for (Window.Told t : window.change(id, before, next)) {
        told++;
        follow(seen, t);
      }
      assertThat(seen)
          .isEqualTo(shelf.stream().limit(limit).map(Row::id).toList())
          .isEqualTo(window.rows().keySet().stream().map(Row::id).toList());
      assertThat(window.rows())
          .allSatisfy((r, json) -> assertThat("" + json.rawValue()).contains(r.id()));
    }
    assertThat(told).isLessThanOrEqualTo(3 * 60);
  }

  /** As the dashboard does it. */
  private static void follow(List<String> seen, Window.Told t) {
    seen.remove(t.id());
    if (t.row() != null) {
      int at = t.before() == null ? -1 : seen.indexOf(t.before());
      seen.add(at < 0 ? seen.size() : at, t.id());
    }
  }

  @Test
  void whatHappensOutsideOfTheWindowIsNotTold() {
    TreeSet<Row> shelf = new TreeSet<>(Window.NEWEST);
    for (int i = 0; i < 10; i++) {
      shelf.add(row("c" + i, 100 - i));
    }
    Window window = new Window(shelf, 3);
    Row old = row("c7", 93);
    Row now = row("c7", 92);
    shelf.remove(old);
    shelf.add(now);
    assertThat(window.change("c7", old, now)).isEmpty();
    shelf.remove(now);
    assertThat(window.change("c7", now, null)).isEmpty();
  }
}
