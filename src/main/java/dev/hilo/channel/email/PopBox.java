package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Signature;
import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;
import jakarta.mail.UIDFolder;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.eclipse.angus.mail.pop3.POP3Folder;
import org.eclipse.angus.mail.pop3.POP3Message;
import org.jspecify.annotations.Nullable;

/**
 * One session with a POP3 server (RFC 1939). Mails are taken as bytes. For one virtual thread,
 * whose interrupt closes the connection.
 */
final class PopBox implements AutoCloseable {
  private static final int LONGEST_ID = 70;
  private static final long MOST_HASHED = 50L << 20;

  private final Store store;
  private final POP3Folder folder;
  private boolean ended;

  private PopBox(Store store, POP3Folder folder) {
    this.store = store;
    this.folder = folder;
  }

  /**
   * What the server says of a mail.
   *
   * @param number in this session
   * @param key names it in all sessions
   * @param size in bytes, about
   */
  record Entry(int number, String key, long size) {}

  /**
   * @throws jakarta.mail.AuthenticationFailedException if user or password are refused
   */
  static PopBox open(EmailSettings.Pop3 settings, MailAccess access, String secret)
      throws MessagingException {
    var server =
        new MailServer(
            "pop3", settings.host(), settings.port(), settings.security(), settings.timeout());
    Store store = server.store(access, secret, Map.of());
    try {
      var folder = (POP3Folder) store.getFolder("INBOX");
      folder.open(Folder.READ_WRITE);
      return new PopBox(store, folder);
    } catch (MessagingException | RuntimeException e) {
      MailServer.close(store);
      throw e;
    }
  }

  /**
   * All there is. A mail goes by its UIDL; where the server has none, or gives it to several, by
   * its header.
   */
  List<Entry> entries() throws MessagingException {
    int count = folder.getMessageCount();
    if (count == 0) {
      return List.of();
    }
    var messages = folder.getMessages();
    var wanted = new FetchProfile();
    wanted.add(UIDFolder.FetchProfileItem.UID);
    folder.fetch(messages, wanted);
    boolean named = folder.getUID(messages[0]) != null;
    int[] sizes = folder.getSizes();
    var ids = new ArrayList<@Nullable String>();
    Map<String, Integer> often = new HashMap<>();
    for (var message : messages) {
      String id = named ? folder.getUID(message) : null;
      ids.add(id);
      if (id != null) {
        often.merge(id, 1, Integer::sum);
      }
    }
    var entries = new ArrayList<Entry>(count);
    for (int i = 0; i < count; i++) {
      String id = ids.get(i);
      long size = Math.max(0, sizes[i]);
      String key =
          id != null && often.getOrDefault(id, 0) == 1
              ? "uidl|" + (id.length() > LONGEST_ID ? hash(id.getBytes(UTF_8)) : id)
              : "header|" + size + "|" + hash(i + 1, size);
      entries.add(new Entry(i + 1, key, size));
    }
    return entries;
  }

  /** The whole mail. */
  byte[] mail(int number) throws MessagingException {
    var message = (POP3Message) folder.getMessage(number);
    try (InputStream in = message.getMimeStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new MessagingException("the mail did not come whole", e);
    } finally {
      message.invalidate(true);
    }
  }

  /** Its header; empty where the server does not tell it alone. */
  byte[] header(int number) throws MessagingException {
    try (InputStream top = ((POP3Message) folder.getMessage(number)).top(0)) {
      return top == null ? new byte[0] : top.readAllBytes();
    } catch (IOException e) {
      throw new MessagingException("the header did not come whole", e);
    }
  }

  private String hash(int number, long size) throws MessagingException {
    byte[] header = header(number);
    return hash(header.length > 0 || size > MOST_HASHED ? header : mail(number));
  }

  /** Takes a mail off the server once {@link #quit} is said. */
  void delete(int number) throws MessagingException {
    folder.getMessage(number).setFlag(Flags.Flag.DELETED, true);
  }

  /** Ends the session as it should: only now are mails taken off the server. */
  void quit() throws MessagingException {
    ended = true;
    folder.close(true);
    store.close();
  }

  @Override
  public void close() {
    if (!ended) {
      MailServer.close(store);
    }
  }

  private static String hash(byte[] bytes) {
    return HexFormat.of().formatHex(Signature.digest("SHA-256", bytes), 0, 20);
  }
}
