package dev.hilo.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.hilo.config.Secret;
import dev.hilo.core.Problem;
import dev.hilo.people.Letters.Letter;
import dev.hilo.people.Letters.Security;
import dev.hilo.people.Letters.Settings;
import dev.hilo.testing.TestNode;
import io.vertx.core.Vertx;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LettersTest {
  private static final URI SITE = URI.create("https://chat.shop.example");

  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
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

  private Settings settings(String user, String password) {
    return new Settings(
        "Shop <chat@shop.example>",
        "127.0.0.1",
        server.getSmtp().getPort(),
        Security.NONE,
        user,
        password == null ? null : new Secret(password));
  }

  private void send(Settings settings, String language, String name, Letter letter) {
    try (Letters letters = new Letters(vertx, settings, SITE)) {
      TestNode.result(letters.send("ana@example.com", name, language, letter));
    }
  }

  private MimeMessage only() {
    assertThat(server.getReceivedMessages()).hasSize(1);
    return server.getReceivedMessages()[0];
  }

  private static String part(MimeMessage mail, int number) throws Exception {
    return ((MimeMultipart) mail.getContent()).getBodyPart(number).getContent().toString();
  }

  @ParameterizedTest
  @CsvSource({
    "es, Luis te invita a chat.shop.example, Elige una contraseña",
    "en, Luis invites you to chat.shop.example, Choose a password",
    "pt, Luis convida você para chat.shop.example, Escolha uma senha",
    "fr, Luis invites you to chat.shop.example, Choose a password"
  })
  void anInvitationComesInTheLanguageOfWhoGetsIt(String language, String subject, String words)
      throws Exception {
    String link = SITE + "/agent#invitation=abc-DEF_1";
    send(settings(null, null), language, "Ana", new Letter.Invitation("Luis", link));
    MimeMessage mail = only();
    assertThat(mail.getSubject()).isEqualTo(subject);
    assertThat(mail.getFrom()).containsExactly(new InternetAddress("chat@shop.example", "Shop"));
    assertThat(mail.getAllRecipients()).containsExactly(new InternetAddress("ana@example.com"));
    assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    assertThat(part(mail, 0)).contains("Ana", words, link);
    assertThat(part(mail, 1)).contains("Ana", words, "href=\"" + link + "\"");
  }

  @Test
  void whatPeopleCallThemselvesIsNoMarkupAndNoHeader() throws Exception {
    send(
        settings(null, null),
        "en",
        "<b>Ana</b>",
        new Letter.Invitation("Luis\r\nBcc: all@example.com", SITE + "/agent#invitation=x"));
    MimeMessage mail = only();
    assertThat(mail.getSubject()).startsWith("Luis Bcc: all@example.com invites");
    assertThat(mail.getHeader("Bcc")).isNull();
    assertThat(mail.getAllRecipients()).hasSize(1);
    assertThat(part(mail, 1)).contains("&lt;b&gt;Ana&lt;/b&gt;").doesNotContain("<b>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"es", "en", "pt"})
  void everyLetterHasItsWords(String language) throws Exception {
    List<Letter> all =
        List.of(
            new Letter.Invitation("Luis", "https://x"),
            new Letter.Reset("https://x"),
            new Letter.PasswordChanged(),
            new Letter.SecondFactorOn(),
            new Letter.SecondFactorOff());
    assertThat(all).hasSize(Letter.class.getPermittedSubclasses().length);
    for (Letter letter : all) {
      LetterText text = LetterText.of(letter, "Ana", language, SITE);
      assertThat(text.subject() + text.plain() + text.html())
          .doesNotContain("{", "null")
          .contains("Ana");
    }
  }

  @Test
  void theMailServerIsSignedInTo() throws Exception {
    server.setUser("chat@shop.example", "chat", "right");
    send(settings("chat", "right"), "en", "Ana", new Letter.PasswordChanged());
    assertThat(only().getSubject()).isEqualTo("Your password was changed");
  }

  @Test
  void aMailServerThatIsAwayIsAProblemThatPasses() {
    Settings settings = settings(null, null);
    server.stop();
    assertThatThrownBy(() -> send(settings, "en", "Ana", new Letter.PasswordChanged()))
        .isInstanceOfSatisfying(
            Problem.class,
            p -> {
              assertThat(p.code()).isEqualTo(Problem.Code.MAIL_FAILED);
              assertThat(p.code().temporary()).isTrue();
              assertThat(p.title()).doesNotContain("example.com");
            });
  }
}
