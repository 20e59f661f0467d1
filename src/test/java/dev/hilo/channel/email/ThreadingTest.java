package dev.hilo.channel.email;

import static dev.hilo.channel.email.SendingHouse.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.time.Instant;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What we send comes back, as mail programs and servers leave it, to the thread it belongs to. */
class ThreadingTest {
  private static final String ANA = "ana@example.com?unverified";

  private SmtpPeer peer;
  private SendingHouse house;

  @BeforeEach
  void start() throws IOException {
    peer = new SmtpPeer();
  }

  @AfterEach
  void end() throws IOException {
    house.close();
    peer.close();
    assertThat(peer.faults).isEmpty();
  }

  /** What somebody's mail program keeps of a mail of ours when it answers. */
  private record Program(String name, Function<SmtpPeer.Taken, String> answer) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static String answer(String to, String more, String type, String body) {
    return "From: Ana <ana@example.com>\r\nTo: %s\r\nSubject: Re: Hi\r\n%sContent-Type: %s; charset=utf-8\r\n\r\n%s"
        .formatted(to, more, type, body);
  }

  private static String html(SmtpPeer.Taken mail) {
    try {
      return String.valueOf(MailParser.parse(mail.data()).html());
    } catch (UnreadableMail e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Program> programs() {
    return Stream.of(
        new Program(
            "Gmail: In-Reply-To and all references",
            m ->
                answer(
                    "help@shop.example",
                    "In-Reply-To: %s\r\nReferences: %s %s\r\n"
                        .formatted(
                            m.field("message-id"), m.field("references"), m.field("message-id")),
                    "text/plain",
                    "Thanks")),
        new Program(
            "behind a server that gave our mail another id: the anchor",
            m ->
                answer(
                    "help@shop.example",
                    "In-Reply-To: <0100@email.amazonses.com>\r\nReferences: %s <0100@email.amazonses.com>\r\n"
                        .formatted(m.field("references")),
                    "text/plain",
                    "Thanks")),
        new Program(
            "iOS: the newest reference only",
            m ->
                answer(
                    "help@shop.example",
                    "References: %s\r\n".formatted(m.field("message-id")),
                    "text/plain",
                    "Thanks")),
        new Program(
            "Outlook: commas between the references",
            m ->
                answer(
                    "help@shop.example",
                    "References: %s,%s\r\n"
                        .formatted(m.field("references").replaceAll("\\s+", ","), "<x@y.example>"),
                    "text/plain",
                    "Thanks")),
        new Program(
            "nothing but the address, in capitals",
            m ->
                answer(
                    m.field("reply-to").toUpperCase(java.util.Locale.ROOT),
                    "",
                    "text/plain",
                    "Thanks")),
        new Program(
            "nothing but the quoted HTML",
            m ->
                answer(
                    "help@shop.example",
                    "",
                    "text/html",
                    "<p>Thanks</p><blockquote type=\"cite\">" + html(m) + "</blockquote>")));
  }

  private Inbound.Message read(String mail) throws Exception {
    var reader =
        new MailHouse(
            "imap: {host: 127.0.0.1, port: 1, security: none, user: help, password: x}",
            "40MB",
            (MemoryBlobs) house.blobs,
            house.memory);
    var arrival = new Arrivals.Arrival(mail.getBytes(UTF_8), Instant.now());
    String raw = house.blobs.put(arrival.raw(), "message/rfc822");
    var outcome = reader.translator.translate(arrival, "key", raw);
    return (Inbound.Message) ((MailTranslator.Outcome.Take) outcome).items().getFirst();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void anAnswerComesBackToItsThread(Program program) throws Exception {
    house = new SendingHouse(peer.port(), "answers: {plus-addresses: true}");
    house.send(message(ANA, new Content.Text("Hi")));
    String answer = program.answer.apply(peer.taken.getFirst());
    assertThat(read(answer).origin().address().id()).isEqualTo(ANA);
    assertThat(read(answer).origin().sender()).isNull();

    var stranger = read(answer.replace("ana@example.com>", "bob@example.org>"));
    assertThat(stranger.origin().address().id()).isEqualTo(ANA);
    assertThat(stranger.origin().sender().id()).isEqualTo("bob@example.org");
  }

  @Test
  void anAnswerToAMailThatTheServerRenamedComesBack() throws Exception {
    peer.says("250 2.6.0 <renamed@prod.outlook.com> Queued mail for delivery");
    house = new SendingHouse(peer.port());
    house.send(message(ANA, new Content.Text("Hi")));
    var answer =
        answer(
            "help@shop.example",
            "In-Reply-To: <renamed@prod.outlook.com>\r\n",
            "text/plain",
            "Thanks");
    assertThat(read(answer).origin().address().id()).isEqualTo(ANA);
  }

  @Test
  void aMailWithoutAnyOfItIsNobodysAnswer() throws Exception {
    house = new SendingHouse(peer.port());
    house.send(message("eva@example.com", new Content.Text("Hi")));
    var mail = answer("help@shop.example", "", "text/plain", "Re: your mail #4711");
    assertThat(read(mail).origin().address().id()).isEqualTo(ANA);
    assertThat(read(mail).origin().sender()).isNull();
  }

  @Test
  void whatComesBackNamesOurMail() throws Exception {
    house = new SendingHouse(peer.port(), "answers: {plus-addresses: true}");
    house.send(message(ANA, new Content.Text("Hi")));
    var threads = new MailThreads("main", java.util.List.of("secret"), house.memory);
    String bounce = peer.taken.getFirst().from();
    var headers =
        Headers.read(("From: MAILER-DAEMON@x\r\nTo: " + bounce + "\r\n\r\n").getBytes(UTF_8));
    assertThat(threads.returned(headers, java.util.List.of(), java.util.List.of()))
        .isEqualTo(new MailThreads.Sent(ANA, SendingHouse.MESSAGE_ID));
  }

  @Test
  void theMarkIsNotSeen() throws Exception {
    house = new SendingHouse(peer.port());
    house.send(message(ANA, new Content.Text("Hi")));
    var mail = MailParser.parse(peer.taken.getFirst().data());
    assertThat(mail.text()).isEqualTo("Hi");
    assertThat(String.valueOf(mail.quoted())).doesNotContain("r.", "mailto");
  }
}
