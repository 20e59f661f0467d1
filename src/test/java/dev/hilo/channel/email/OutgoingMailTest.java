package dev.hilo.channel.email;

import static dev.hilo.channel.email.SendingHouse.file;
import static dev.hilo.channel.email.SendingHouse.message;
import static dev.hilo.channel.email.SendingHouse.quote;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mail of ours says, as another mail program reads it. */
class OutgoingMailTest {
  private static final Content HELLO = new Content.Text("Hello");

  private SmtpPeer peer;

  @BeforeEach
  void listen() throws IOException {
    peer = new SmtpPeer();
  }

  @AfterEach
  void end() throws IOException {
    peer.close();
    assertThat(peer.faults).isEmpty();
  }

  private SmtpPeer.Taken sent(SendingHouse house, Outbound message) throws Exception {
    assertThat(house.send(message)).isInstanceOf(SendResult.Accepted.class);
    return peer.taken.getLast();
  }

  private SmtpPeer.Taken sent(Outbound message, String... more) throws Exception {
    try (var house = new SendingHouse(peer.port(), more)) {
      return sent(house, message);
    }
  }

  private static Mail read(SmtpPeer.Taken mail) throws Exception {
    return MailParser.parse(mail.data());
  }

  @Test
  void anAnswerStandsInItsThread() throws Exception {
    var question =
        """
        From: ana@example.com
        Subject: AW: Re: =?utf-8?Q?=C3=96ffnungszeiten?=
        Message-ID: <q2@example.com>
        References: <q0@example.com> <q1@shop.example>

        ?
        """;
    var context = ThreadContext.of(Headers.read(question.getBytes(UTF_8))).toMap();
    var mail =
        sent(message("ana@example.com?unverified", new Content.Text("Yes <b>\n.\n"), context));
    assertThat(mail.field("message-id")).isEqualTo("<" + SendingHouse.MESSAGE_ID + ">");
    assertThat(mail.field("in-reply-to")).isEqualTo("<q2@example.com>");
    assertThat(MessageIds.list(mail.field("references")))
        .startsWith("q0@example.com", "q1@shop.example")
        .endsWith("q2@example.com")
        .hasSize(4);
    assertThat(mail.headers().text("subject")).isEqualTo("Re: Öffnungszeiten");
    assertThat(mail.field("reply-to")).isEmpty();
    assertThat(mail.field("date")).endsWith(" +0000");
    assertThat(MailAddress.parse(mail.field("from")).mailboxes())
        .containsExactly(new MailAddress("Alma Café x", "help@shop.example"));
    assertThat(MailAddress.parse(mail.field("to")).mailboxes())
        .containsExactly(new MailAddress("", "ana@example.com"));
    assertThat(mail.from()).isEqualTo("help@shop.example");
    assertThat(read(mail).text()).isEqualTo("Yes <b>\n.");
    assertThat(read(mail).html()).contains("Yes &lt;b&gt;<br>");
  }

  @Test
  void theFirstMailOfAThreadHasItsAnchorOnly() throws Exception {
    var mail = sent(message("ana@example.com", new Content.Email("Your order", "Hi", List.of())));
    assertThat(mail.field("in-reply-to")).isEmpty();
    assertThat(MessageIds.list(mail.field("references")))
        .singleElement()
        .asString()
        .matches("t\\.[a-z2-7]{31}@shop\\.example");
    assertThat(mail.field("subject")).isEqualTo("Your order");
  }

  @Test
  void addressesWithTokensBringAnswersAndBouncesBack() throws Exception {
    var plus = sent(message("ana@example.com", HELLO), "answers: {plus-addresses: true}");
    assertThat(plus.from()).matches("help\\+b\\.[a-z2-7]{31}@shop\\.example");
    assertThat(plus.field("reply-to")).contains("<help+r.").endsWith("@shop.example>");
    var domains =
        sent(
            message("ana@example.com", HELLO),
            "answers: {reply-domain: re.shop.example, bounce-domain: b.shop.example}");
    assertThat(domains.from()).matches("b\\.[a-z2-7]{31}@b\\.shop\\.example");
    assertThat(domains.field("reply-to")).contains("<r.").endsWith("@re.shop.example>");
  }

  @ParameterizedTest
  @CsvSource({
    "es-MX, 'El 22/11/2026 a las 13:05 (UTC), Ana Ruiz escribió:'",
    "pt, 'Em 22/11/2026 às 13:05 (UTC), Ana Ruiz escreveu:'",
    "en, 'On 22 Nov 2026 at 13:05 (UTC), Ana Ruiz wrote:'",
    "xx, 'On 22 Nov 2026 at 13:05 (UTC), Ana Ruiz wrote:'",
    ", 'On 22 Nov 2026 at 13:05 (UTC), Ana Ruiz wrote:'"
  })
  void whatIsAnsweredStandsBelowInTheCustomersLanguage(String language, String intro)
      throws Exception {
    var quote = quote("Ana\r\nRuiz", "Where is it?\n\n> older <b>", language);
    var mail = read(sent(message("ana@example.com", HELLO, Map.of(), null, quote)));
    assertThat(mail.text()).isEqualTo("Hello");
    assertThat(mail.quoted()).contains(intro, "> Where is it?", ">> older <b>");
    assertThat(mail.html()).contains("Where is it?<br>", "older &lt;b&gt;");
    assertThat(mail.cut()).isFalse();
  }

  @Test
  void whatIsAnsweredIsLeftOutWhereThatIsConfigured() throws Exception {
    var quote = quote("Ana", "Where is it?", null);
    var mail =
        sent(message("ana@example.com", HELLO, Map.of(), null, quote), "answers: {quote: false}");
    assertThat(mail.text()).doesNotContain("Where is it?");
  }

  @Test
  void aLongQuoteIsCut() throws Exception {
    var quote = quote("Ana", "é".repeat(40_000), null);
    var mail = sent(message("ana@example.com", HELLO, Map.of(), null, quote));
    assertThat(mail.data().length).isLessThan(2 * 3 * 20_000 + 10_000);
  }

  @Test
  void eachTeamHasItsSignature() throws Exception {
    String answers =
        "answers: {signature: 'Alma Café', signatures: [{team: Billing, text: \"Billing\\n555\"}]}";
    var billing =
        sent(
            message("ana@example.com", HELLO, Map.of(), new Outbound.Team("t1", "billing"), null),
            answers);
    assertThat(read(billing).text()).isEqualTo("Hello");
    assertThat(read(billing).quoted()).contains("-- \nBilling\n555".strip());
    assertThat(read(billing).html()).contains("Billing<br>").doesNotContain("Alma");
    var other =
        sent(
            message("ana@example.com", HELLO, Map.of(), new Outbound.Team("t2", "Sales"), null),
            answers);
    assertThat(read(other).html()).contains("Alma Café");
  }

  @Test
  void listsCanBeLeft() throws Exception {
    var mail =
        sent(
            message("ana@example.com", HELLO),
            "answers: {unsubscribe: 'https://shop.example/leave?x=1'}");
    assertThat(mail.header())
        .contains(
            "List-Unsubscribe: <https://shop.example/leave?x=1>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    assertThatThrownBy(() -> new SendingHouse(1, "answers: {unsubscribe: 'ftp://x'}"))
        .hasMessageContaining("unsubscribe");
  }

  @Test
  void aMailThatGoesRoundIsCounted() throws Exception {
    var ids = new MessageIds(List.of("secret"), "shop.example");
    var first = sent(message("ana@example.com", HELLO));
    assertThat(ids.hops(first.field("x-hilo-hop"))).isEqualTo(1);
    var next = sent(message("ana@example.com", HELLO, Map.of("hop", "1")));
    assertThat(ids.hops(next.field("x-hilo-hop"))).isEqualTo(2);
    assertThat(ids.hops("4.00000000000000000000")).isZero();
    assertThat(ids.hops("x")).isZero();
  }

  @Test
  void aLongThreadAndLongWordsStayWithinTheLineLimit() throws Exception {
    var references = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      references.append("<a-rather-long-reference-").append(i).append("@mail.example.com> ");
    }
    var context =
        ThreadContext.of(
                Headers.read(
                    ("Message-ID: <last@example.com>\r\nReferences: %s\r\nSubject: %s\r\n\r\n"
                            .formatted(references, "é".repeat(400)))
                        .getBytes(UTF_8)))
            .toMap();
    var mail =
        sent(message("ana@example.com", new Content.Text("word".repeat(2000) + " é"), context));
    assertThat(mail.header().lines()).allMatch(line -> line.length() <= 120);
    assertThat(read(mail).text()).isEqualTo("word".repeat(2000) + " é");
    assertThat(MessageIds.list(mail.field("references")))
        .startsWith("a-rather-long-reference-0@mail.example.com")
        .endsWith("last@example.com")
        .hasSizeGreaterThan(5)
        .hasSizeLessThanOrEqualTo(16);
    var line = new Content.Email("x".repeat(300), "b", List.of());
    assertThat(sent(message("ana@example.com", line)).field("subject")).isEqualTo("x".repeat(300));
  }

  @Test
  void filesTravelAlong() throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      byte[] bytes = {0, 1, 2, (byte) 255, '\r', '\n', '.', '\r', '\n'};
      String blob = house.blobs.put(bytes, "application/pdf");
      var mail =
          read(
              sent(
                  house,
                  SendingHouse.with(
                      message("ana@example.com", new Content.Email("A", "Here", List.of())),
                      file(blob, "application/pdf", bytes.length, "../año.pdf"),
                      file(blob, "multipart/evil", -1, "ñ".repeat(140) + ".dat"),
                      file(blob, "image/png", -1, "a\"b.png"))));
      assertThat(mail.text()).isEqualTo("Here");
      assertThat(mail.files())
          .extracting(Mail.File::name)
          .containsExactly("año.pdf", "ñ".repeat(140) + ".dat", "ab.png");
      assertThat(mail.files())
          .extracting(Mail.File::mime)
          .containsExactly("application/pdf", "application/octet-stream", "image/png");
      assertThat(mail.files()).allSatisfy(f -> assertThat(f.bytes()).isEqualTo(bytes));
    }
  }

  @Test
  void picturesInTheHtmlAreShownThere() throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      String shown = house.blobs.put(new byte[] {1}, "image/png");
      String beside = house.blobs.put(new byte[] {2}, "image/png");
      String html =
          house.blobs.put(
              ("<p onclick=x()>See <img data-blob=\"%s\"><img data-blob=\"gone\"></p><script>x</script>"
                      .formatted(shown))
                  .getBytes(UTF_8),
              "text/html");
      var content = new Content.Email("A", "See", html, List.of(), null, null);
      var taken =
          sent(
              house,
              SendingHouse.with(
                  message("ana@example.com", content),
                  file(shown, "image/png", 1, "a.png"),
                  file(beside, "image/png", 1, "b.png")));
      assertThat(taken.text())
          .contains("multipart/related", "Content-Disposition: inline", "Content-ID: <p1.");
      var mail = read(taken);
      assertThat(mail.html())
          .contains("data-cid=\"p1." + SendingHouse.MESSAGE_ID + "\"")
          .doesNotContain("script", "onclick", "gone");
      assertThat(mail.files()).hasSize(2);
      assertThat(mail.files().getFirst().contentId()).isEqualTo("p1." + SendingHouse.MESSAGE_ID);
    }
  }

  @Test
  void tooManyBytesAreRefusedBeforeAnythingIsSent() throws Exception {
    try (var house = new SendingHouse(peer.port())) {
      String blob = house.blobs.put(new byte[3], "x/y");
      var file = file(blob, "x/y", 22 << 20, "big");
      assertThat(house.send(SendingHouse.with(message("ana@example.com", HELLO), file)))
          .isInstanceOfSatisfying(
              SendResult.Refused.class, r -> assertThat(r.code()).isEqualTo("too-large"));
      var gone = file("gone", "x/y", 1, "gone");
      assertThat(house.send(SendingHouse.with(message("ana@example.com", HELLO), gone)))
          .isInstanceOf(SendResult.Retry.class);
      assertThat(peer.connections).hasValue(0);
    }
  }

  /** A large file is never whole in memory: it is only ever asked for in small pieces. */
  @Test
  void aLargeFileIsReadInPieces() throws Exception {
    int size = 20 << 20;
    var largest = new AtomicLong();
    var open = new AtomicLong();
    var mostOpen = new AtomicLong();
    var blobs =
        new Ports.Blobs() {
          @Override
          public String put(byte[] bytes, String mime) {
            throw new AssertionError("nothing to be stored here");
          }

          @Override
          public URI link(Content.Media media, Duration life) {
            throw new AssertionError("nothing to be fetched here");
          }

          @Override
          public InputStream open(String blob) {
            mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
            return new InputStream() {
              private int left = size;

              @Override
              public int read() {
                return left-- > 0 ? left & 0xff : -1;
              }

              @Override
              public int read(byte[] to, int from, int length) {
                largest.accumulateAndGet(length, Math::max);
                if (left <= 0) {
                  return -1;
                }
                int count = Math.min(left, length);
                for (int i = 0; i < count; i++) {
                  to[from + i] = (byte) --left;
                }
                return count;
              }

              @Override
              public void close() {
                open.decrementAndGet();
              }
            };
          }
        };
    peer.digesting();
    try (var house = new SendingHouse(peer.port(), blobs)) {
      var message =
          SendingHouse.with(message("ana@example.com", HELLO), file("big", "x/y", size, "big.bin"));
      assertThat(house.send(message)).isInstanceOf(SendResult.Accepted.class);
      assertThat(peer.digests).hasSize(1);
      assertThat(largest.get()).isPositive().isLessThanOrEqualTo(1 << 16);
      assertThat(mostOpen).hasValue(1);
    }
  }
}
