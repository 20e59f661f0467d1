package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** The client's side of SMTP or LMTP, by hand. */
final class MailClient implements AutoCloseable {
  private Socket socket;
  private BufferedReader in;
  final String greeting;

  MailClient(int port) throws IOException {
    use(new Socket(InetAddress.getLoopbackAddress(), port));
    greeting = reply();
  }

  private void use(Socket now) throws IOException {
    socket = now;
    socket.setSoTimeout(30_000);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
  }

  /** Sends without waiting for a reply. */
  MailClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** The last line of the next reply; empty if the connection was closed. */
  String reply() throws IOException {
    String line = in.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = in.readLine();
    }
    return line == null ? "" : line;
  }

  String ask(String command) throws IOException {
    return send(command + "\r\n").reply();
  }

  /** Everything up to the reply to the mail itself. */
  String deliver(String from, String to, String mail) throws IOException {
    ask("EHLO client.example");
    return again(from, to, mail);
  }

  String again(String from, String to, String mail) throws IOException {
    String reply = ask("MAIL FROM:<" + from + ">");
    if (reply.startsWith("250")) {
      reply = ask("RCPT TO:<" + to + ">");
    }
    if (reply.startsWith("250")) {
      reply = ask("DATA");
    }
    return reply.startsWith("354") ? ask(mail + "\r\n.") : reply;
  }

  /** Goes on encrypted, whoever the server is. */
  void secure() throws IOException, GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
    use(context.getSocketFactory().createSocket(socket, "127.0.0.1", socket.getPort(), true));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
