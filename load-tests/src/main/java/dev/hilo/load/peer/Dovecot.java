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
    boolean root = System.getProperty("user.name").equals("root");
    String user = root ? "nobody" : System.getProperty("user.name");
    if (root) {
      own(mail);
    }
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

  private static void own(Path path) throws IOException {
    Files.setOwner(
        path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
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

  /** A client that waits in IDLE. */
  public Idling idle(String user) throws IOException {
    return new Idling(user);
  }

  /** Tells when the server said that there is something new. */
  public final class Idling implements AutoCloseable {
    private final Line line;
    private final LinkedBlockingQueue<Long> told = new LinkedBlockingQueue<>();

    private Idling(String user) throws IOException {
      line = new Line(user);
      line.command("SELECT INBOX");
      line.say("i IDLE");
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try {
        for (String answer = line.read(); !answer.isEmpty(); answer = line.read()) {
          if (answer.endsWith(" EXISTS")) {
            told.add(System.nanoTime());
          }
        }
      } catch (IOException e) {
        told.add(0L); // closed
      }
    }

    /** When it said so for the next mail, ns. */
    public long told() throws InterruptedException {
      Long when = told.poll(30, TimeUnit.SECONDS);
      if (when == null) {
        throw new IllegalStateException("dovecot tells nothing");
      }
      return when;
    }

    @Override
    public void close() throws IOException {
      line.close();
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
