package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.hilo.channel.Channel;
import dev.hilo.channel.MapMemory;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is sent, and what is made of the mail server's answers. */
class SmtpSenderTest {
  private static final String ID = "01JD000000000000000000000A";

  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
  private final MemoryBlobs blobs = new MemoryBlobs();
  private final MapMemory memory = new MapMemory();
  private Vertx vertx;

  @BeforeEach
  void start() {
    server.start();
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() {
    server.stop();
    vertx.close().await();
  }

  private Channel open(int port) {
    var settings =
        ConfigNode.parse(
                """
                accounts:
                  - id: help@shop.example
                    name: 'Alma "Café" <x>'
                    imap: {host: 127.0.0.1, port: 143, security: none, user: help, password: secret}
                    smtp: {host: 127.0.0.1, port: %d, security: none, timeout: 2s}
                """
                    .formatted(port))
            .bind(EmailSettings.class);
    var ports =
        new Ports(
            vertx, WebClient.create(vertx), blobs, memory, URI.create("http://127.0.0.1"), "main");
    return new EmailChannelType().open(settings, ports);
  }

  private static Outbound message(String to, Content content, Map<String, String> context) {
    return new Outbound(
        ID,
        "help@shop.example",
        new Address("email", "", to),
        content,
        List.of(),
        null,
        context,
        "Mia",
        null,
        null,
        1);
  }

  private SendResult send(int port, Outbound message) throws Exception {
    try (Channel channel = open(port)) {
      return onVirtualThread(() -> channel.send(message));
    }
  }

  private static <T> T onVirtualThread(Callable<T> task) throws Exception {
    var running = new FutureTask<>(task);
    Thread.ofVirtual().start(running);
    return running.get();
  }

  private SendResult send(Outbound message) throws Exception {
    return send(server.getSmtp().getPort(), message);
  }

  private MimeMessage only() {
    assertThat(server.getReceivedMessages()).hasSize(1);
    return server.getReceivedMessages()[0];
  }

  private static String source(MimeMessage message) throws Exception {
    var out = new ByteArrayOutputStream();
    message.writeTo(out);
    return out.toString(UTF_8);
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
    var result =
        send(message("ana@example.com?unverified", new Content.Text("Yes <b>\n.\nMia"), context));

    MimeMessage mail = only();
    String id = mail.getMessageID();
    assertThat(result).isEqualTo(new SendResult.Accepted(id.substring(1, id.length() - 1)));
    assertThat(id).startsWith("<" + ID + ".").endsWith("@shop.example>");
    assertThat(mail.getHeader("In-Reply-To")).containsExactly("<q2@example.com>");
    assertThat(mail.getHeader("References", null))
        .isEqualTo("<q0@example.com>\r\n <q1@shop.example>\r\n <q2@example.com>");
    assertThat(mail.getSubject()).isEqualTo("Re: Öffnungszeiten");
    assertThat(mail.getHeader("From", null)).matches("=\\?UTF-8\\?.* <help@shop\\.example>");
    var back = MailParser.parse(source(mail).getBytes(UTF_8));
    assertThat(back.text()).isEqualTo("Yes <b>\n.\nMia");
    assertThat(back.html()).contains("Yes &lt;b&gt;<br>");
    assertThat(MailAddress.parse(String.valueOf(back.headers().first("from"))).mailboxes())
        .containsExactly(new MailAddress("Alma Café x", "help@shop.example"));
    assertThat(MailAddress.parse(String.valueOf(back.headers().first("to"))).mailboxes())
        .containsExactly(new MailAddress("", "ana@example.com"));
  }

  @Test
  void aRepeatHasTheSameMessageId() throws Exception {
    var message = message("ana@example.com", new Content.Text("Hi"), Map.of());
    assertThat(send(message)).isEqualTo(send(message));
    var sent = server.getReceivedMessages();
    assertThat(sent[0].getMessageID()).isEqualTo(sent[1].getMessageID());
  }

  @Test
  void filesTravelAlong() throws Exception {
    byte[] bytes = {0, 1, 2, (byte) 255, '\r', '\n', '.', '\r', '\n'};
    var file =
        new Content.Media(
            Content.Media.Kind.FILE,
            blobs.put(bytes, "application/pdf"),
            "application/pdf",
            bytes.length,
            "../año.pdf",
            null,
            null,
            null);
    var message =
        new Outbound(
            ID,
            "help@shop.example",
            new Address("email", "", "ana@example.com"),
            new Content.Email("Your invoice", "Here", List.of("bob@example.com")),
            List.of(file),
            null,
            Map.of(),
            null,
            null,
            null,
            1);
    assertThat(send(message)).isInstanceOf(SendResult.Accepted.class);
    assertThat(server.getReceivedMessages()).hasSize(2); // one for each receiver
    var back = MailParser.parse(source(server.getReceivedMessages()[0]).getBytes(UTF_8));
    assertThat(back.subject()).isEqualTo("Your invoice");
    assertThat(back.files()).hasSize(1);
    assertThat(back.files().getFirst().name()).isEqualTo("año.pdf");
    assertThat(back.files().getFirst().bytes()).isEqualTo(bytes);
  }

  @Test
  void nothingIsSmuggledIntoTheHeader() throws Exception {
    var context =
        Map.of(
            "mid", "a@b\r\nBcc: victim@example.org",
            "subject", "x\r\nBcc: victim@example.org\r\n\r\nbody",
            "refs", "<c@d\r\nBcc: victim@example.org>");
    assertThat(send(message("ana@example.com", new Content.Text("Hi"), context)))
        .isInstanceOf(SendResult.Accepted.class);
    assertThat(only().getHeader("Bcc")).isNull();
    assertThat(only().getAllRecipients()).hasSize(1);
  }

  @Test
  void aLongThreadStaysWithinTheLineLimit() throws Exception {
    var references = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      references.append("<a-rather-long-reference-").append(i).append("@mail.example.com> ");
    }
    var context =
        Map.of(
            "mid", "last@example.com", "refs", references.toString(), "subject", "é".repeat(400));
    assertThat(send(message("ana@example.com", new Content.Text("word ".repeat(2000)), context)))
        .isInstanceOf(SendResult.Accepted.class);
    assertThat(source(only()).lines()).allMatch(line -> line.length() <= 998);
  }

  @ParameterizedTest
  @CsvSource({"not an address", "no-sender.abc?unverified", "'a@b,c@d'", "ana@", "@x"})
  void whatIsNoAddressIsRefused(String to) throws Exception {
    assertThat(send(message(to, new Content.Text("Hi"), Map.of())))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void contentThatMailCannotSayIsRefused() throws Exception {
    assertThat(send(message("a@b.example", new Content.Template("x", "en", List.of()), Map.of())))
        .isEqualTo(
            new SendResult.Refused(
                "unsupported-content", "a mail cannot say this kind of content"));
  }

  @Test
  void nobodyListeningIsARetry() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertThat(send(port, message("ana@example.com", new Content.Text("Hi"), Map.of())))
        .isInstanceOf(SendResult.Retry.class);
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, 550 5.1.1 no such user, Refused",
    "RCPT, 451 4.7.1 greylisted, Retry",
    "MAIL, 421 too busy, Retry",
    "MAIL, 530 5.7.0 authentication required, Retry",
    "DATA, 554 5.7.1 no, Refused",
    "DOT, 552 5.3.4 too big, Refused",
    "DOT, 452 4.3.1 full, Retry",
    "DOT, silence, Unknown",
    "DOT, close, Unknown"
  })
  void theServersWordDecides(String at, String answer, String result) throws Exception {
    try (var script = new ScriptedSmtp(at, answer)) {
      var got = send(script.port(), message("ana@example.com", new Content.Text("Hi"), Map.of()));
      assertThat(got.getClass().getSimpleName()).as(got.toString()).isEqualTo(result);
      if (got instanceof SendResult.Refused(String code, String why, _)) {
        assertThat(code).isEqualTo(answer.substring(0, 3));
        assertThat(why).doesNotContain("ana@example.com");
      }
    }
  }

  /** An SMTP server that says yes to everything but one command. */
  private static final class ScriptedSmtp implements AutoCloseable {
    private final ServerSocket listening;
    private final String at;
    private final String answer;

    ScriptedSmtp(String at, String answer) throws IOException {
      this.at = at;
      this.answer = answer;
      listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::serve);
    }

    int port() {
      return listening.getLocalPort();
    }

    private void serve() {
      try (Socket socket = listening.accept();
          var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
        say(socket, "220 ready");
        boolean data = false;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          String command = data ? line.equals(".") ? "DOT" : "" : line.substring(0, 4);
          if (command.isEmpty()) {
            continue;
          }
          data = false;
          if (!command.equals(at)) {
            data = command.equals("DATA");
            say(socket, data ? "354 go" : command.equals("QUIT") ? "221 bye" : "250 ok");
          } else if (answer.equals("close")) {
            return;
          } else if (!answer.equals("silence")) {
            say(socket, answer);
          }
        }
      } catch (IOException e) {
        // the client went
      }
    }

    private static void say(Socket socket, String line) throws IOException {
      socket.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }
}
