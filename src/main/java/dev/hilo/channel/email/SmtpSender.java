package dev.hilo.channel.email;

import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import io.vertx.core.Future;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Sends the mails of one account. Blocks: for virtual threads. */
final class SmtpSender implements AutoCloseable {
  private static final long[] PAUSES = {15, 60, 300, 900, 1800, 3600, 7200, 21_600};

  private final OutgoingMail builder;
  private final MessageIds ids;
  private final MailClient client;
  private final Duration timeout;

  SmtpSender(
      EmailSettings.Account account, EmailSettings.Limits limits, MessageIds ids, Ports ports) {
    this.builder = new OutgoingMail(account, limits, ports.blobs());
    this.ids = ids;
    this.timeout = account.smtp().timeout();
    this.client = MailClient.create(ports.vertx(), config(account));
  }

  SendResult send(Outbound message) throws InterruptedException {
    String messageId = ids.make(message.id());
    MailMessage mail;
    try {
      mail = builder.build(message, messageId);
    } catch (OutgoingMail.Unsendable e) {
      return new SendResult.Refused(e.code(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new SendResult.Retry(pause(message.attempt()), "an attachment cannot be read now");
    }
    return client
        .sendMail(mail)
        .timeout(5 * timeout.toMillis(), TimeUnit.MILLISECONDS)
        .transform(
            sent ->
                Future.succeededFuture(
                    sent.succeeded()
                        ? new SendResult.Accepted(messageId)
                        : failed(sent.cause(), message.attempt())))
        .await();
  }

  /**
   * Only what cannot have been taken is called so. A connection that broke may have broken after
   * the last byte.
   */
  private static SendResult failed(Throwable cause, int attempt) {
    return switch (cause) {
      case SMTPException answer -> answered(answer, attempt);
      case ConnectException _, UnknownHostException _, NoRouteToHostException _, SSLException _ ->
          new SendResult.Retry(pause(attempt), "the mail server cannot be reached");
      case IllegalArgumentException _ ->
          new SendResult.Refused("bad-address", "mail cannot be sent to this address");
      default -> {
        String text = String.valueOf(cause.getMessage());
        if (text.startsWith("message exceeds allowed size")) {
          yield new SendResult.Refused("too-large", "larger than the mail server takes");
        }
        if (text.startsWith("login is required") || text.startsWith("STARTTLS required")) {
          yield new SendResult.Retry(
              pause(Math.max(3, attempt)), "the mail server offers no safe way to sign in");
        }
        yield new SendResult.Unknown("the connection ended before the mail server's answer");
      }
    };
  }

  private static SendResult answered(SMTPException answer, int attempt) {
    int code = answer.getReplyCode();
    if (code == 530 || code == 534 || code == 535 || code == 538) {
      return new SendResult.Retry(
          pause(Math.max(3, attempt)), "the mail server refuses our sign-in (" + code + ")");
    }
    String text = Text.head(Text.line(answer.getReplyMessage()), 200);
    return answer.isPermanent()
        ? new SendResult.Refused(String.valueOf(code), text)
        : new SendResult.Retry(pause(attempt), text);
  }

  private static Duration pause(int attempt) {
    return Duration.ofSeconds(PAUSES[Math.clamp(attempt - 1, 0, PAUSES.length - 1)]);
  }

  private static MailConfig config(EmailSettings.Account account) {
    EmailSettings.Smtp smtp = account.smtp();
    var config = new MailConfig(smtp.host(), smtp.port());
    config.setConnectTimeout((int) Math.min(10_000, smtp.timeout().toMillis()));
    config.setIdleTimeout((int) smtp.timeout().toMillis());
    config.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    config.setSsl(smtp.security() == EmailSettings.Security.TLS);
    config.setStarttls(
        smtp.security() == EmailSettings.Security.STARTTLS
            ? StartTLSOptions.REQUIRED
            : StartTLSOptions.DISABLED);
    config.setHostnameVerificationAlgorithm("HTTPS");
    config.setKeepAlive(false);
    config.setMaxPoolSize(4);
    config.setOwnHostname(ownName(account));
    config.setUserAgent("hilo");
    var password = smtp.password();
    if (smtp.user() == null || password == null) {
      config.setLogin(LoginOption.DISABLED);
    } else {
      config.setLogin(LoginOption.REQUIRED);
      config.setUsername(smtp.user());
      config.setPassword(password.value());
      config.setAuthMethods("PLAIN LOGIN");
    }
    return config;
  }

  private static String ownName(EmailSettings.Account account) {
    return account.id().substring(account.id().lastIndexOf('@') + 1);
  }

  @Override
  public void close() {
    client.close();
  }
}
