package dev.hilo.channel.email;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.angus.mail.iap.Argument;
import org.eclipse.angus.mail.iap.ProtocolException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.eclipse.angus.mail.imap.ResyncData;
import org.eclipse.angus.mail.imap.protocol.BASE64MailboxEncoder;
import org.eclipse.angus.mail.imap.protocol.BODY;
import org.eclipse.angus.mail.imap.protocol.FLAGS;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;
import org.eclipse.angus.mail.imap.protocol.IMAPProtocol;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.INTERNALDATE;
import org.eclipse.angus.mail.imap.protocol.RFC822SIZE;
import org.eclipse.angus.mail.imap.protocol.UID;
import org.jspecify.annotations.Nullable;

/**
 * An open folder on an IMAP server (RFC 3501, RFC 2177). Nothing changes on the server but by
 * {@link #done}; without such a policy the folder is opened read-only. For one virtual thread,
 * whose interrupt closes the connection. Mails are taken as bytes; the server's or the library's
 * idea of their structure is never asked for.
 */
final class ImapFolder implements AutoCloseable {
  private static final DateTimeFormatter IMAP_DAY =
      DateTimeFormatter.ofPattern("d-MMM-uuuu", Locale.ENGLISH);

  private final Store store;
  private final IMAPFolder folder;
  private final EmailSettings.Imap settings;
  private boolean pushes;
  private boolean moves;
  private boolean expunges;
  private volatile boolean news;

  private ImapFolder(Store store, IMAPFolder folder, EmailSettings.Imap settings) {
    this.store = store;
    this.folder = folder;
    this.settings = settings;
  }

  /**
   * What the server says of a mail.
   *
   * @param size in bytes, as the server counts
   * @param received null where the server does not say
   */
  record Entry(long uid, long size, @Nullable Instant received, boolean deleted, boolean draft) {}

  /**
   * @throws jakarta.mail.AuthenticationFailedException if user or password are refused
   */
  static ImapFolder open(EmailSettings.Imap settings, MailAccess access, String secret, String name)
      throws MessagingException {
    var server =
        new MailServer(
            "imap", settings.host(), settings.port(), settings.security(), settings.timeout());
    Store store = server.store(access, secret, Map.of("peek", "true", "partialfetch", "false"));
    try {
      var folder = (IMAPFolder) store.getFolder(name);
      int mode =
          settings.after() == EmailSettings.After.LEAVE ? Folder.READ_ONLY : Folder.READ_WRITE;
      if (store instanceof IMAPStore imap
          && imap.hasCapability("CONDSTORE")
          && imap.hasCapability("ENABLE")) {
        folder.open(mode, ResyncData.CONDSTORE);
      } else {
        folder.open(mode);
      }
      var opened = new ImapFolder(store, folder, settings);
      folder.doCommand(
          connection -> {
            connection.addResponseHandler(opened::noticed);
            opened.pushes = connection.hasCapability("IDLE");
            opened.moves = connection.hasCapability("MOVE");
            opened.expunges = connection.hasCapability("UIDPLUS");
            return null;
          });
      return opened;
    } catch (MessagingException | RuntimeException e) {
      MailServer.close(store);
      throw e;
    }
  }

  /** 0 where the server's UIDs are good for this connection only. */
  long uidValidity() throws MessagingException {
    return folder.getUIDNotSticky() ? 0 : Math.max(0, folder.getUIDValidity());
  }

  /** HIGHESTMODSEQ (RFC 7162) when the folder was opened; 0 where the server has none. */
  long modSeq() throws MessagingException {
    return Math.max(0, folder.getHighestModSeq());
  }

  /** The UIDs from {@code from} on, rising. */
  List<Long> uids(long from) throws MessagingException {
    return search("UID " + from + ":*", from);
  }

  /** The UIDs of what the mailbox got on that day or later, rising; the server knows its days. */
  List<Long> since(LocalDate day) throws MessagingException {
    return search("SINCE " + IMAP_DAY.format(day), 1);
  }

  /** Which of {@code uids} there are, by the server's newest knowledge. */
  Set<Long> listed(List<Long> uids) throws MessagingException {
    command("NOOP");
    return Set.copyOf(
        search("UID " + String.join(",", uids.stream().map(String::valueOf).toList()), 1));
  }

  private List<Long> search(String criteria, long from) throws MessagingException {
    var found = new ArrayList<Long>();
    for (Response response : command("UID SEARCH " + criteria)) {
      if (response instanceof IMAPResponse answer && answer.keyEquals("SEARCH")) {
        for (long uid = answer.readLong(); uid != -1; uid = answer.readLong()) {
          if (uid >= from) {
            found.add(uid);
          }
        }
      }
    }
    return found.stream().distinct().sorted().toList();
  }

  /** What there is of the given UIDs, by rising UID. */
  List<Entry> entries(List<Long> uids) throws MessagingException {
    if (uids.isEmpty()) {
      return List.of();
    }
    String set = String.join(",", uids.stream().map(String::valueOf).toList());
    var found = new TreeMap<Long, Entry>();
    for (Response response :
        command("UID FETCH " + set + " (UID RFC822.SIZE INTERNALDATE FLAGS)")) {
      if (!(response instanceof FetchResponse fetched)) {
        continue;
      }
      UID uid = fetched.getItem(UID.class);
      RFC822SIZE size = fetched.getItem(RFC822SIZE.class);
      if (uid != null && size != null) {
        INTERNALDATE date = fetched.getItem(INTERNALDATE.class);
        FLAGS flags = fetched.getItem(FLAGS.class);
        found.put(
            uid.uid,
            new Entry(
                uid.uid,
                size.size,
                date == null || date.getDate() == null ? null : date.getDate().toInstant(),
                flags != null && flags.contains(Flags.Flag.DELETED),
                flags != null && flags.contains(Flags.Flag.DRAFT)));
      }
    }
    return List.copyOf(found.values());
  }

  /** A whole mail; null if it is gone. */
  byte @Nullable [] mail(long uid) throws MessagingException {
    return body(uid, "BODY.PEEK[]");
  }

  /** The header of a mail; null if it is gone. */
  byte @Nullable [] header(long uid) throws MessagingException {
    return body(uid, "BODY.PEEK[HEADER]");
  }

  private byte @Nullable [] body(long uid, String item) throws MessagingException {
    for (Response response : command("UID FETCH " + uid + " (UID " + item + ")")) {
      if (response instanceof FetchResponse fetched) {
        UID of = fetched.getItem(UID.class);
        BODY body = fetched.getItem(BODY.class);
        if (of != null && of.uid == uid && body != null && body.getByteArray() != null) {
          return body.getByteArray().getNewBytes();
        }
      }
    }
    return null;
  }

  /** Forgets what arrived so far; call before looking. */
  void look() {
    news = false;
  }

  /** True if something arrived since {@link #look}. */
  boolean hasNews() {
    return news;
  }

  /**
   * Returns when something may have arrived: told by the server, or after a while, {@code most} at
   * most. A connection that silently died is noticed at the latest when the while is over.
   */
  void await(Duration most) throws MessagingException, InterruptedException {
    Duration usual =
        Backoff.jitter(pushes ? settings.idle().multipliedBy(3).dividedBy(4) : settings.poll());
    Duration pause = usual.compareTo(most) < 0 ? usual : most;
    if (pushes) {
      folder.doCommand(
          protocol -> {
            idle(protocol, pause);
            return null;
          });
    } else {
      Thread.sleep(pause);
      command("NOOP");
    }
  }

  /**
   * Does with mails that are safe here what the settings say.
   *
   * @throws MessagingException if the server does not want to; they stay as they are
   */
  void done(List<Long> uids) throws MessagingException {
    String set = String.join(",", uids.stream().map(String::valueOf).toList());
    switch (settings.after()) {
      case LEAVE -> {}
      case FLAG -> {
        if (folder.getPermanentFlags().contains(Flags.Flag.USER)) {
          command("UID STORE " + set + " +FLAGS.SILENT ($HiloRead)");
        }
      }
      case SEEN -> command("UID STORE " + set + " +FLAGS.SILENT (\\Seen)");
      case MOVE -> move(set);
    }
  }

  /** Never takes away anything but these: a plain EXPUNGE would. */
  private void move(String set) throws MessagingException {
    if (!moves && !expunges) {
      throw new MessagingException("the server has neither MOVE nor UIDPLUS");
    }
    var to = new Argument();
    to.writeString(BASE64MailboxEncoder.encode(settings.moveTo()));
    Folder target = store.getFolder(settings.moveTo());
    if (!target.exists()) {
      target.create(Folder.HOLDS_MESSAGES);
    }
    if (moves) {
      command("UID MOVE " + set, to);
    } else {
      command("UID COPY " + set, to);
      command("UID STORE " + set + " +FLAGS.SILENT (\\Deleted)");
      command("UID EXPUNGE " + set);
    }
  }

  /**
   * One IDLE. The library's own would sleep through what arrives before the server's go-ahead, and
   * on a dead connection for ever.
   */
  private void idle(IMAPProtocol protocol, Duration most) throws ProtocolException {
    protocol.idleStart();
    long end = System.nanoTime() + most.toNanos();
    boolean ending = false;
    while (true) {
      if (!ending && (news || System.nanoTime() - end >= 0)) {
        protocol.idleAbort();
        ending = true;
      }
      Response response = protocol.readIdleResponse();
      boolean silence =
          response.isBYE()
              && response.isSynthetic()
              && response.getException() instanceof SocketTimeoutException;
      if (silence && !ending) {
        continue;
      }
      if (!protocol.processIdleResponse(response)) {
        return;
      }
    }
  }

  private Response[] command(String command) throws MessagingException {
    return command(command, null);
  }

  private Response[] command(String command, @Nullable Argument arguments)
      throws MessagingException {
    var answer =
        (Response[])
            folder.doCommand(
                protocol -> {
                  Response[] responses = protocol.command(command, arguments);
                  protocol.notifyResponseHandlers(responses);
                  protocol.handleResult(responses[responses.length - 1]);
                  return responses;
                });
    return answer;
  }

  private void noticed(Response response) {
    if (response instanceof IMAPResponse answer && answer.keyEquals("EXISTS")) {
      news = true;
    }
  }

  @Override
  public void close() {
    try {
      folder.forceClose();
    } catch (MessagingException | RuntimeException e) {
      // it is closed, one way or the other
    }
    MailServer.close(store);
  }
}
