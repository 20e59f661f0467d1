package dev.hilo.load.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.load.process.Server;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A dovecot with mailboxes in the Maildir format, each of which opens with one password. */
public final class Dovecot implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");

  private final Server server;
  private final Path mail;
  private final int port;
  private int number;

  private Dovecot(Server server, Path mail, int port) {
    this.server = server;
    this.mail = mail;
    this.port = port;
  }

  public static Dovecot start() throws IOException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IllegalStateException("no " + PROGRAM + ": apt-get install dovecot-imapd");
    }
    Path folder = Server.folder("dovecot");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path mail = Files.createDirectory(folder.resolve("mail"));
    boolean root = isRoot();
    String user = root ? "nobody" : System.getProperty("user.name");
    own(mail);
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path config =
        Files.writeString(
            folder.resolve("dovecot.conf"),
            """
            base_dir = %1$s/run
            state_dir = %1$s/state
            log_path = %1$s/dovecot.log
            default_internal_user = %2$s
            default_internal_group = %3$s
            default_login_user = %2$s
            protocols = imap
            listen = 127.0.0.1
            ssl = no
            disable_plaintext_auth = no
            mail_max_userip_connections = 100
            mail_location = maildir:%4$s/%%u
            first_valid_uid = 0
            first_valid_gid = 0
            default_client_limit = 5000
            default_process_limit = 1000
            passdb {
              driver = static
              args = password=secret
            }
            userdb {
              driver = static
              args = uid=%2$s gid=%3$s home=%4$s/%%u
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = %5$d
              }
              inet_listener imaps {
                port = 0
              }
            }
            service imap {
              process_limit = 1000
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            """
                .formatted(folder, user, root ? "nogroup" : user, mail, port));
    Server server =
        Server.start(
            "dovecot",
            folder,
            Map.of(),
            List.of(PROGRAM.toString(), "-F", "-c", config.toString()),
            Server.Garbage.NONE);
    server.listensOn(port);
    return new Dovecot(server, mail, port);
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  /** Root may not own mail, and others cannot give it to anybody. */
  private static void own(Path path) throws IOException {
    if (isRoot()) {
      var accounts = path.getFileSystem().getUserPrincipalLookupService();
      Files.setOwner(path, accounts.lookupPrincipalByName("nobody"));
    }
  }

  public int port() {
    return port;
  }

  /** Delivers a mail, as a delivery agent does. */
  public void put(String user, String text) throws IOException {
    Path box = mail.resolve(user);
    if (!Files.exists(box)) {
      Files.createDirectory(box);
      for (String part : List.of("tmp", "new", "cur")) {
        own(Files.createDirectory(box.resolve(part)));
      }
      own(box);
    }
    String name = System.currentTimeMillis() / 1000 + ".M" + number++ + ".load";
    Path draft = Files.writeString(box.resolve("tmp").resolve(name), text, UTF_8);
    own(draft);
    Files.move(draft, box.resolve("new").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Fetches the mails of a box one by one, as they are; seconds. */
  public double fetchAll(String user, int count) throws IOException {
    try (Line line = new Line(user)) {
      line.command("SELECT INBOX");
      long start = System.nanoTime();
      for (int i = 1; i <= count; i++) {
        line.command("FETCH " + i + " BODY.PEEK[]");
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** Stands between a client and the server and hears what the server says. */
  public Relay relay() throws IOException {
    return new Relay();
  }

  /** Tells when the server said to its client that there is something new. */
  public final class Relay implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final LinkedBlockingQueue<Long> told = new LinkedBlockingQueue<>();

    private Relay() throws IOException {
      Thread.ofVirtual().start(this::open);
    }

    public int port() {
      return door.getLocalPort();
    }

    private void open() {
      try {
        while (true) {
          Socket client = door.accept();
          Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
          client.setTcpNoDelay(true);
          server.setTcpNoDelay(true);
          Thread.ofVirtual().start(() -> pass(client, server, false));
          Thread.ofVirtual().start(() -> pass(server, client, true));
        }
      } catch (IOException e) {
        return; // closed
      }
    }

    private void pass(Socket from, Socket to, boolean listen) {
      byte[] bytes = new byte[1 << 16];
      try (from;
          to) {
        for (int n = from.getInputStream().read(bytes);
            n >= 0;
            n = from.getInputStream().read(bytes)) {
          if (listen && new String(bytes, 0, n, ISO_8859_1).contains(" EXISTS")) {
            told.add(System.nanoTime());
          }
          to.getOutputStream().write(bytes, 0, n);
        }
      } catch (IOException e) {
        return; // one side is gone
      }
    }

    /** What was told so far does not count. */
    public void forget() {
      told.clear();
    }

    /** When it said so next, ns. */
    public long told() throws InterruptedException {
      Long when = told.poll(60, TimeUnit.SECONDS);
      if (when == null) {
        throw new IllegalStateException("dovecot tells nothing");
      }
      return when;
    }

    @Override
    public void close() throws IOException {
      door.close();
    }
  }

  /** One connection. */
  private final class Line implements AutoCloseable {
    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    private final InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);

    Line(String user) throws IOException {
      read();
      command("LOGIN " + user + " secret");
    }

    void say(String text) throws IOException {
      socket.getOutputStream().write((text + "\r\n").getBytes(UTF_8));
    }

    void command(String text) throws IOException {
      say("a " + text);
      String answer = read();
      while (!answer.startsWith("a ")) {
        if (answer.isEmpty()) {
          throw new IOException("dovecot closed the connection");
        }
        if (answer.endsWith("}")) {
          in.skipNBytes(
              Integer.parseInt(
                  answer.substring(answer.lastIndexOf('{') + 1, answer.length() - 1)));
        }
        answer = read();
      }
      if (!answer.startsWith("a OK")) {
        throw new IOException(answer);
      }
    }

    /** A line without its end; empty at the end of all. */
    String read() throws IOException {
      var out = new ByteArrayOutputStream(80);
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        if (c != '\r') {
          out.write(c);
        }
      }
      return out.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
