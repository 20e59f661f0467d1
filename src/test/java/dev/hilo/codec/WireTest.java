package dev.hilo.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What staff are told of a message beside what it says. */
class WireTest {
  private static final CustomerId HOME = CustomerId.fresh("main");

  private static Media file(String name, String mime) {
    return new Media(Media.Kind.FILE, "b", mime, 1, name, null, null, null);
  }

  private static JsonNode shown(Content content, List<Media> files, Map<String, String> context)
      throws Exception {
    Event.MessageAdded said =
        new Event.MessageAdded(
            new Address("email", "", "ana@example.com"),
            "help@shop.example",
            content,
            files,
            "x",
            null,
            null,
            false,
            context);
    Header header =
        new Header(
            1,
            EntryClass.FACT,
            "MessageAdded",
            "m1",
            HOME.toString(),
            "v",
            Author.customer(HOME),
            Audience.ALL,
            null,
            1,
            1,
            null,
            List.of(),
            0);
    Entry entry = new Entry(Position.of("1-1"), header, said);
    JsonNode body = Json.parse(Wire.staffJson(entry, _ -> null)).path("body");
    assertThat(body).isEqualTo(Json.parse(Json.bytes(Wire.staff(entry, _ -> null))).path("body"));
    return body;
  }

  @Test
  void factsAreToldAndWhatTheChannelKeepsIsNot() throws Exception {
    JsonNode body =
        shown(
            new Content.Text("hi"),
            List.of(),
            Map.of("detail.meta.sender", "failed", "references", "<a@b>"));
    assertThat(body.path("details").toString()).isEqualTo("{\"meta.sender\":\"failed\"}");
    assertThat(body.toString()).doesNotContain("references", "context");
    assertThat(shown(new Content.Text("hi"), List.of(), Map.of("references", "<a@b>")).toString())
        .doesNotContain("details", "references");
  }

  @Test
  void filesThatMayHarmAreMarked() throws Exception {
    JsonNode body =
        shown(
            file("setup.exe", "application/octet-stream"),
            List.of(file("terms.pdf", "application/pdf"), file("a.docm", "application/zip")),
            Map.of());
    assertThat(body.at("/content/risk").asText()).isEqualTo("program");
    assertThat(body.at("/attachments/0").has("risk")).isFalse();
    assertThat(body.at("/attachments/1/risk").asText()).isEqualTo("macros");
  }
}
