package dev.hilo.channel.email;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dialog on its socket. All of it happens on the socket's event loop but the taking of a mail,
 * which has a virtual thread of its own; meanwhile nothing is read.
 */
final class SmtpConnection implements SmtpDialog.Wire {
  private static final Logger log = LoggerFactory.getLogger(SmtpConnection.class);

  /** Takes a whole mail and says what to answer; blocks. */
  interface Taker {
    List<String> take(HandedMail mail) throws InterruptedException;
  }

  private final Vertx vertx;
  private final Context context;
  private final NetSocket socket;
  private final SmtpDialog dialog;
  private final SmtpRules rules;
  private final @Nullable ServerSSLOptions tls;
  private final Duration timeout;
  private final Taker taker;
  private final BooleanSupplier pace;
  private long timer;
  private long progress = -1;

  /**
   * To be made on the event loop of {@code socket}.
   *
   * @param timeout how long the client may do nothing
   * @param pace whether the client may send a mail now
   */
  SmtpConnection(
      Vertx vertx,
      NetSocket socket,
      SmtpRules rules,
      @Nullable ServerSSLOptions tls,
      Duration timeout,
      Taker taker,
      BooleanSupplier pace) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.socket = socket;
    this.rules = rules;
    this.tls = tls;
    this.timeout = timeout;
    this.taker = taker;
    this.pace = pace;
    this.dialog = new SmtpDialog(rules, this);
  }

  void begin() {
    timer = vertx.setPeriodic(timeout.toMillis(), _ -> look());
    socket.exceptionHandler(e -> log.debug("a mail connection broke: {}", e.toString()));
    socket.shutdownHandler(_ -> dialog.leave());
    socket.drainHandler(_ -> flow());
    socket.handler(
        buffer -> {
          dialog.receive(buffer.getBytes());
          flow();
        });
    dialog.greet();
  }

  /** The connection is closed. */
  void gone() {
    vertx.cancelTimer(timer);
    dialog.gone();
  }

  private void look() {
    if (dialog.progress() == progress) {
      dialog.expire();
    }
    progress = dialog.progress();
  }

  /** Who does not read our replies is not read either. */
  private void flow() {
    if (dialog.isBusy() || socket.writeQueueFull()) {
      socket.pause();
    } else {
      socket.resume();
    }
  }

  @Override
  public void send(String replies) {
    socket.write(replies);
  }

  @Override
  public void startTls(String reply) {
    socket
        .upgradeToSsl(Objects.requireNonNull(tls), Buffer.buffer(reply))
        .onSuccess(_ -> dialog.secured())
        .onFailure(
            e -> {
              log.debug("no TLS with a mail client: {}", e.toString());
              socket.close();
            });
  }

  @Override
  public void handOver(HandedMail mail) {
    Thread.ofVirtual()
        .name("mail in")
        .start(
            () -> {
              List<String> replies = replies(mail);
              context.runOnContext(
                  _ -> {
                    dialog.answer(replies);
                    flow();
                  });
            });
  }

  private List<String> replies(HandedMail mail) {
    List<String> later =
        Collections.nCopies(
            rules.lmtp() ? mail.receivers().size() : 1,
            "451 4.3.0 it cannot be kept now; try again later");
    try {
      return taker.take(mail);
    } catch (InterruptedException e) {
      return later;
    } catch (Throwable e) {
      log.error("a mail that was handed over broke", e);
      return later;
    }
  }

  @Override
  public boolean mayMail() {
    return pace.getAsBoolean();
  }

  @Override
  public void close() {
    socket.end();
  }
}
