package dev.hilo.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.testing.Histories;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.Values;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryCodecTest {
  private static final String HEADER =
      "{\"v\":1,\"k\":\"F\",\"t\":\"%s\",\"id\":\"i\",\"home\":\"h\",\"by\":\"agent:ana\",\"aud\":\"all\",\"at\":1,\"rx\":2%s}";

  static Stream<Class<?>> eventsAndContents() {
    return Stream.concat(
        Stream.of(Event.class.getPermittedSubclasses()),
        Stream.of(Content.class.getPermittedSubclasses()));
  }

  private static Entry entry(String type, String more, String body) {
    return EntryCodec.entry(
        new Position(1, 1), HEADER.formatted(type, more).getBytes(UTF_8), body.getBytes(UTF_8));
  }

  @ParameterizedTest
  @MethodSource("eventsAndContents")
  void everyEventAndContentComesBackAsItWas(Class<?> type) {
    Random random = new Random(1);
    Values values = new Values(random, (_, _) -> Values.anyText(random));
    Histories histories = Histories.of(random);
    for (int i = 0; i < 200; i++) {
      Event event =
          values.one(type) instanceof Content content
              ? new Event.MessageEdited("m", content)
              : (Event) values.one(type);
      if (event instanceof Event.Unknown) {
        event = new Event.Unknown("FromTheFuture", Values.anyText(random));
      }
      Entry entry = histories.draft(event).at(new Position(1, 1 + i));
      assertThat(
              EntryCodec.entry(
                  entry.position(),
                  EntryCodec.header(entry.header()),
                  EntryCodec.body(entry.event())))
          .isEqualTo(entry);
    }
  }

  @Seeds(100)
  void aPlainHeaderIsTheSameWhoeverWritesOrReadsIt(Random random) {
    Values values =
        new Values(
            random,
            (_, _) -> random.nextInt(20) == 0 ? Values.anyText(random) : "a" + random.nextInt(9));
    int plain = 0;
    for (int i = 0; i < 50; i++) {
      Header any = values.one(Header.class);
      Header h =
          new Header(
              any.v(),
              any.k(),
              any.t(),
              any.id(),
              any.home(),
              any.via(),
              any.by(),
              any.aud(),
              any.src(),
              any.at(),
              any.rx(),
              any.conv(),
              List.of(),
              0);
      byte[] told = EntryCodec.anyHeader(h);
      assertThat(EntryCodec.header(h)).isEqualTo(told);
      assertThat(EntryCodec.header(told)).isEqualTo(EntryCodec.anyHeader(told));
      byte[] direct = HeaderText.write(h);
      if (direct != null) {
        plain++;
        assertThat(HeaderText.read(direct)).isEqualTo(h);
        byte[] damaged = direct.clone();
        damage(random, damaged);
        Header read = HeaderText.read(damaged);
        if (read != null) {
          assertThat(read).isEqualTo(EntryCodec.anyHeader(damaged));
        }
      }
    }
    assertThat(plain).isPositive();
  }

  @Seeds(100)
  void aTextIsTheSameWhoeverWritesOrReadsIt(Random random) throws Exception {
    Values values = new Values(random, (_, _) -> "a" + Values.anyText(random));
    int simple = 0;
    for (int i = 0; i < 50; i++) {
      Event.MessageAdded any = values.one(Event.MessageAdded.class);
      boolean plain = random.nextInt(4) > 0;
      Event.MessageAdded m =
          new Event.MessageAdded(
              any.address(),
              any.account(),
              plain ? new Content.Text(Values.anyText(random)) : any.content(),
              plain ? List.of() : any.attachments(),
              any.externalId(),
              any.replyTo(),
              plain ? null : any.sender(),
              any.automatic(),
              plain ? Map.of() : any.context());
      byte[] body = Json.bytes(m);
      assertThat(EntryCodec.body(m)).isEqualTo(body);
      Event.MessageAdded read = SaidText.read(body);
      if (SaidText.is(m)) {
        simple++;
        assertThat(read).isEqualTo(m);
      }
      byte[] damaged = body.clone();
      damage(random, damaged);
      Event.MessageAdded still = SaidText.read(damaged);
      if (still != null) {
        assertThat(still).isEqualTo(Json.read(damaged, Event.MessageAdded.class));
      }
    }
    assertThat(simple).isPositive();
  }

  @Seeds(50)
  void framesWithoutATreeSayTheSame(Random random) throws Exception {
    Histories histories = Histories.of(random);
    for (Entry entry : histories.entries(40)) {
      assertThat(Json.parse(Wire.staffJson(entry, id -> "Name of " + id)))
          .isEqualTo(Json.parse(Json.bytes(Wire.staff(entry, id -> "Name of " + id))));
      CustomerView view =
          CustomerView.of(entry, Set.of(entry.header().home()), id -> "Name of " + id);
      if (view != null) {
        assertThat(Json.parse(Wire.customerJson(view)))
            .isEqualTo(Json.parse(Json.bytes(Wire.customer(view))));
      }
    }
  }

  @Test
  void aTypeOfALaterReleaseIsKeptAndGivenOnByteForByte() {
    String body = "{ \"b\" : 1.50, \"a\":[ ] ,\"text\":\"\\u00e9\u00e9\"}";
    Entry entry = entry("HologramAdded", ",\"must\":[\"decide\"],\"later\":{\"x\":[1]}", body);
    assertThat(entry.event()).isEqualTo(new Event.Unknown("HologramAdded", body));
    assertThat(new String(EntryCodec.body(entry.event()), UTF_8)).isEqualTo(body);
    assertThat(entry.header().k()).isEqualTo(EntryClass.FACT);
    assertThat(entry.header().must()).containsExactly("decide");
    assertThat(Wire.staff(entry, _ -> null).path("body").path("b").asText()).isEqualTo("1.5");
  }

  @Test
  void aNewFormOfAKnownTypeIsKeptToo() {
    String body =
        "{\"address\":{\"channel\":\"paper\",\"scope\":\"\",\"id\":\"p\"},\"account\":\"a\",\"content\":{\"type\":\"hologram\",\"rays\":3}}";
    Entry entry = entry("MessageAdded", "", body);
    assertThat(entry.event()).isEqualTo(new Event.Unknown("MessageAdded", body));
    assertThat(new String(EntryCodec.body(entry.event()), UTF_8)).isEqualTo(body);
  }

  @Test
  void aBodyThatIsNothingIsKeptAsWell() {
    assertThat(entry("NoteAdded", "", "null").event())
        .isEqualTo(new Event.Unknown("NoteAdded", "null"));
  }

  @Test
  void fieldsOfALaterReleaseDoNotDisturb() {
    Entry entry =
        entry(
            "NoteAdded", ",\"mood\":null,\"deep\":[[{}]]", "{\"text\":\"x\",\"colour\":{\"r\":1}}");
    assertThat(entry.event()).isEqualTo(new Event.NoteAdded("x"));
  }

  @Test
  void absentListsAreEmptyAndASealedBodyIsNotRead() {
    Entry labels = entry("LabelsChanged", "", "{\"add\":[\"vip\"]}");
    assertThat(labels.event()).isEqualTo(new Event.LabelsChanged(List.of("vip"), List.of()));
    assertThat(entry("NoteAdded", ",\"enc\":1", "c2VhbGVk").event())
        .isEqualTo(new Event.Unknown("NoteAdded", "c2VhbGVk"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"k\":\"\"}",
        "{\"k\":\"Q\"}",
        "{\"by\":\"nobody\"}",
        "{\"v\":\"x\"}",
        "{\"must\":\"decide\"}",
        "{\"must\":[\"decide\"",
        "{\"at\":99999999999999999999}"
      })
  void aDamagedHeaderIsSaidToBeOne(String header) {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () ->
                EntryCodec.entry(new Position(1, 1), header.getBytes(UTF_8), "{}".getBytes(UTF_8)))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Seeds(300)
  void damageIsAnErrorOrAnEntryAndNeverAnythingElse(Random random) {
    Entry entry = Histories.of(random).entries(5).getLast();
    byte[] header = EntryCodec.header(entry.header());
    byte[] body = EntryCodec.body(entry.event());
    for (int i = 0; i < 20; i++) {
      damage(random, header);
      damage(random, body);
      header =
          random.nextInt(8) == 0
              ? Arrays.copyOf(header, random.nextInt(header.length + 1))
              : header;
      try {
        Entry read = EntryCodec.entry(entry.position(), header, body);
        StreamState.empty(Histories.CUSTOMER).advance(List.of(read));
      } catch (UncheckedIOException e) {
        assertThat(e).hasMessageNotContaining("SECRET");
      }
    }
  }

  private static void damage(Random random, byte[] bytes) {
    if (bytes.length > 0) {
      byte[] some = "{}[]\",:0aé\\n".getBytes(UTF_8);
      bytes[random.nextInt(bytes.length)] = some[random.nextInt(some.length)];
    }
  }
}
