package dev.hilo.channel.email;

import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A mail server for each test, with one mailbox: {@code help}, password {@code secret}. */
final class Greenhouse implements BeforeEachCallback, AfterEachCallback {
  final GreenMail server;
  private GreenMailUser user;

  /**
   * @param protocol by which the mailbox is read
   */
  @SuppressWarnings("NullAway.Init") // the user is there before each test
  Greenhouse(String protocol) {
    server = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    // GreenMail's threads throw when a client leaves in the middle of IDLE
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    server.start();
    register();
  }

  /** Makes the mailbox, which is gone when the server starts anew. */
  void register() {
    user = server.setUser(MailHouse.ADDRESS, "help", "secret");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    server.stop();
  }

  GreenMailUser user() {
    return user;
  }

  MailFolder inbox() throws FolderException {
    return server.getManagers().getImapHostManager().getInbox(user);
  }
}
