package dev.hilo.people;

import dev.hilo.config.Default;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mails that people of the company get about their own sign-in, in their language. Thread-safe;
 * one for a node.
 */
public final class Letters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Letters.class);
  private static final int MOST_AT_ONCE = 100;
  private static final int PATIENCE_MS = 30_000;

  private final Settings settings;
  private final URI publicUrl;
  private final MailClient client;
  private final AtomicInteger underWay = new AtomicInteger();

  /** How the mail server is spoken to. */
  public enum Security {
    TLS,
    STARTTLS,
    NONE
  }

  /**
   * The mail server that takes them.
   *
   * @param from an address, or a name and an address in angle brackets
   */
  public record Settings(
      String from,
      String host,
      @Default("587") int port,
      @Default("starttls") Security security,
      @Nullable String user,
      @Nullable Secret password) {
    private static final Pattern FROM =
        Pattern.compile("[^<>\\s@]+@[^<>\\s@]+|[^<>\\r\\n]{1,100}<[^<>\\s@]+@[^<>\\s@]+>");
    private static final Pattern HERE = Pattern.compile("localhost|127\\..*|\\[?::1]?");

    public Settings {
      new Rules()
          .hold(
              FROM.matcher(from).matches(),
              "from must be like help@example.com or Name <help@example.com>")
          .hold(!host.isBlank(), "host must name the mail server")
          .within("port", port, 1, 65_535)
          .hold((user == null) == (password == null), "user and password must both be given")
          .hold(
              security != Security.NONE || user == null || HERE.matcher(host).matches(),
              "security must be tls or starttls where a password is sent to another machine")
          .check();
    }

    private String domain() {
      return from.substring(from.indexOf('@') + 1).replace(">", "");
    }
  }

  /** What is to be said. */
  public sealed interface Letter {
    record Invitation(String by, String link) implements Letter {}

    record Reset(String link) implements Letter {}

    record PasswordChanged() implements Letter {}

    record SecondFactorOn() implements Letter {}

    record SecondFactorOff() implements Letter {}
  }

  public Letters(Vertx vertx, Settings settings, URI publicUrl) {
    this.settings = settings;
    this.publicUrl = publicUrl;
    this.client = MailClient.create(vertx, config(settings));
  }

  private static MailConfig config(Settings settings) {
    MailConfig config = new MailConfig(settings.host, settings.port);
    config.setConnectTimeout(10_000);
    config.setIdleTimeout(PATIENCE_MS);
    config.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    config.setSsl(settings.security == Security.TLS);
    config.setStarttls(
        settings.security == Security.STARTTLS
            ? StartTLSOptions.REQUIRED
            : StartTLSOptions.DISABLED);
    config.setHostnameVerificationAlgorithm("HTTPS");
    config.setKeepAlive(false);
    config.setMaxPoolSize(2);
    config.setOwnHostname(settings.domain());
    config.setUserAgent("hilo");
    if (settings.user == null || settings.password == null) {
      config.setLogin(LoginOption.DISABLED);
    } else {
      config.setLogin(LoginOption.REQUIRED);
      config.setUsername(settings.user);
      config.setPassword(settings.password.value());
      config.setAuthMethods("PLAIN LOGIN");
    }
    return config;
  }

  /**
   * Sends one; the future fails with {@code mail-failed} if the mail server does not take it.
   *
   * @param language {@code es}, {@code en} or {@code pt}; all else is English
   */
  public Future<Void> send(String to, String name, @Nullable String language, Letter letter) {
    String kind = letter.getClass().getSimpleName();
    if (underWay.incrementAndGet() > MOST_AT_ONCE) {
      underWay.decrementAndGet();
      return Future.failedFuture(failed(kind, "too many wait"));
    }
    LetterText text = LetterText.of(letter, name, language, publicUrl);
    MailMessage mail =
        new MailMessage()
            .setFrom(settings.from)
            .setTo(to)
            .setSubject(text.subject())
            .setText(text.plain())
            .setHtml(text.html())
            .setHeaders(MultiMap.caseInsensitiveMultiMap().add("Auto-Submitted", "auto-generated"));
    return client
        .sendMail(mail)
        .timeout(PATIENCE_MS, TimeUnit.MILLISECONDS)
        .onComplete(_ -> underWay.decrementAndGet())
        .recover(
            e ->
                Future.failedFuture(
                    failed(
                        kind,
                        e instanceof SMTPException answer
                            ? "answer " + answer.getReplyCode()
                            : e.getClass().getSimpleName())))
        .mapEmpty();
  }

  /** Answers of mail servers may repeat the address: they are not logged. */
  private static Problem failed(String kind, String why) {
    LOG.warn("the letter {} was not sent: {}", kind, why);
    return new Problem(Code.MAIL_FAILED, "the mail could not be sent now; try again later");
  }

  @Override
  public void close() {
    client.close();
  }
}
