package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A mail server that takes RFC 5321 at its word: it notes every line that is too long, every bare
 * CR or LF, every byte beyond 7 bits and every command out of order, and it fails where it was told
 * to.
 */
final class SmtpPeer implements AutoCloseable {
  /** A mail it took, or of which it took all but gave no answer. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Taken(String from, List<String> to, byte[] data) {
    String text() {
      return new String(data, UTF_8);
    }

    String header() {
      return text().substring(0, text().indexOf("\r\n\r\n") + 2);
    }

    Headers headers() {
      return Headers.read(data);
    }

    /** A field's value, empty where there is none. */
    String field(String name) {
      return Objects.requireNonNullElse(headers().first(name), "");
    }
  }

  final List<Taken> taken = new CopyOnWriteArrayList<>();
  final List<String> faults = new CopyOnWriteArrayList<>();
  final List<String> signIns = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();

  /** By command, {@code CONNECT} and {@code DOT} too: what to answer; see {@link #fails}. */
  private final Map<String, String> fails = new ConcurrentHashMap<>();

  private final ServerSocket listening;
  private volatile List<String> extensions = List.of("SIZE 30000000");
  private volatile @Nullable String secret;
  private volatile String welcome = "250 2.0.0 taken";
  private volatile boolean keep = true;
  final List<String> digests = new CopyOnWriteArrayList<>();

  SmtpPeer() throws IOException {
    listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(
            () -> {
              while (!listening.isClosed()) {
                try {
                  Socket socket = listening.accept();
                  connections.incrementAndGet();
                  Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                  return; // it was closed
                }
              }
            });
  }

  int port() {
    return listening.getLocalPort();
  }

  /** What it says of itself. */
  SmtpPeer with(String... said) {
    extensions = List.of(said);
    return this;
  }

  /** Nobody gets in without this secret. */
  SmtpPeer guarded(String only) {
    secret = only;
    return this;
  }

  /** Its answer to a mail. */
  SmtpPeer says(String line) {
    welcome = line;
    return this;
  }

  /** Only the digests of the mails are kept. */
  SmtpPeer digesting() {
    keep = false;
    return this;
  }

  /**
   * {@code answer}: a line, or {@code close} or {@code silence}; of {@code RCPT} also for one
   * address only, as {@code RCPT a@b}.
   */
  SmtpPeer fails(String at, String answer) {
    fails.put(at, answer);
    return this;
  }

  SmtpPeer recovers() {
    fails.clear();
    return this;
  }

  private final class Broken extends IOException {
    private static final long serialVersionUID = 1;
  }

  private void serve(Socket socket) {
    try (socket;
        var in = new BufferedInputStream(socket.getInputStream(), 1 << 16)) {
      var session = new Session(socket, in);
      session.answer("CONNECT", "220 peer.example ESMTP");
      session.run();
    } catch (IOException e) {
      // the client went, or it was told to go
    }
  }

  private final class Session {
    private final Socket socket;
    private final InputStream in;
    private boolean greeted;
    private boolean signedIn;
    private @Nullable String from;
    private List<String> to = new ArrayList<>();

    Session(Socket socket, InputStream in) {
      this.socket = socket;
      this.in = in;
    }

    void run() throws IOException {
      for (String line = line(512); line != null; line = line(512)) {
        String command = line.split("[ :]", 2)[0];
        switch (command) {
          case "EHLO" -> {
            greeted = true;
            var all = new ArrayList<String>(List.of("peer.example"));
            all.addAll(extensions);
            var lines = new StringBuilder();
            for (int i = 0; i < all.size(); i++) {
              lines.append("250").append(i < all.size() - 1 ? "-" : " ").append(all.get(i));
              lines.append(i < all.size() - 1 ? "\r\n" : "");
            }
            answer("EHLO", lines.toString());
          }
          case "AUTH" -> signIn(line);
          case "MAIL" -> {
            expect(greeted && from == null, line);
            expect(!line.contains(" SIZE=") || has("SIZE"), line);
            if (secret != null && !signedIn) {
              say("530 5.7.0 sign in first");
            } else if (answer("MAIL", "250 2.1.0 ok")) {
              from = between(line);
            }
          }
          case "RCPT" -> {
            expect(from != null, line);
            String one = between(line);
            boolean other = !fails.containsKey("RCPT " + one);
            if (answer(other ? "RCPT" : "RCPT " + one, "250 2.1.5 ok")) {
              to.add(one);
            }
          }
          case "DATA" -> {
            expect(!to.isEmpty(), line);
            if (answer("DATA", "354 go on")) {
              data();
            }
          }
          case "RSET" -> {
            reset();
            say("250 2.0.0 ok");
          }
          case "NOOP" -> say("250 2.0.0 ok");
          case "QUIT" -> {
            say("221 2.0.0 bye");
            return;
          }
          default -> {
            faults.add("command " + command);
            say("500 5.5.1 what?");
          }
        }
      }
    }

    private void signIn(String line) throws IOException {
      expect(greeted && !signedIn, "AUTH");
      String[] words = line.split(" ", -1);
      if (fails.containsKey("AUTH")) {
        answer("AUTH", "");
        return;
      }
      String said = new String(Base64.getDecoder().decode(words[2]), UTF_8);
      signIns.add(words[1] + " " + said);
      signedIn =
          switch (words[1]) {
            case "PLAIN" -> said.endsWith("\0" + secret);
            case "XOAUTH2" -> said.contains("\1auth=Bearer " + secret + "\1\1");
            default -> false;
          };
      say(signedIn ? "235 2.7.0 welcome" : "535 5.7.8 no such user and password");
    }

    private void data() throws IOException {
      boolean utf8 = has("SMTPUTF8") || has("8BITMIME");
      var data = new ByteArrayOutputStream();
      var digest = sha256();
      while (true) {
        byte[] line = bytes(998);
        if (line == null) {
          return;
        }
        if (line.length == 1 && line[0] == '.') {
          break;
        }
        int from = line.length > 0 && line[0] == '.' ? 1 : 0;
        for (byte b : line) {
          if (b < 0 && !utf8) {
            faults.add("a byte beyond 7 bits");
            break;
          }
        }
        digest.update(line, from, line.length - from);
        digest.update(new byte[] {'\r', '\n'});
        if (keep) {
          data.write(line, from, line.length - from);
          data.writeBytes(new byte[] {'\r', '\n'});
        }
      }
      var mail = new Taken(String.valueOf(from), List.copyOf(to), data.toByteArray());
      reset();
      String told = fails.get("DOT");
      if (told == null || told.equals("silence") || told.equals("close")) {
        taken.add(mail);
        digests.add(HexFormat.of().formatHex(digest.digest()));
      }
      answer("DOT", welcome);
    }

    private void reset() {
      from = null;
      to = new ArrayList<>();
    }

    private boolean has(String extension) {
      return extensions.stream().anyMatch(e -> e.split(" ", 2)[0].equals(extension));
    }

    private void expect(boolean right, String line) {
      if (!right) {
        faults.add("out of order: " + line);
      }
    }

    /** True if it said what it says when all is well. */
    boolean answer(String at, String well) throws IOException {
      String told = fails.get(at);
      if (told == null) {
        say(well);
        return true;
      }
      switch (told) {
        case "close" -> throw new Broken();
        case "silence" -> {}
        default -> {
          boolean leaves = told.endsWith(" and close");
          say(leaves ? told.substring(0, told.length() - 10) : told);
          if (leaves) {
            throw new Broken();
          }
        }
      }
      return false;
    }

    private void say(String lines) throws IOException {
      socket.getOutputStream().write((lines + "\r\n").getBytes(UTF_8));
      socket.getOutputStream().flush();
    }

    private @Nullable String line(int most) throws IOException {
      byte[] line = bytes(most);
      return line == null ? null : new String(line, UTF_8);
    }

    private byte @Nullable [] bytes(int most) throws IOException {
      var line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\r') {
          if (in.read() != '\n') {
            faults.add("a bare CR");
          }
          if (line.size() > most) {
            faults.add("a line of " + line.size());
          }
          return line.toByteArray();
        }
        if (b == '\n') {
          faults.add("a bare LF");
        }
        line.write(b);
      }
      return null;
    }
  }

  private static String between(String line) {
    return line.substring(line.indexOf('<') + 1, line.indexOf('>'));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
