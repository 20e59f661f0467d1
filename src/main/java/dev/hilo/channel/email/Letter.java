package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Ports;
import dev.hilo.conversation.Content;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mail that is sent, as it goes over the wire: the same bytes however often it is written, 7 bits
 * where no address needs more, no line longer than 998. Files are read while it is written and
 * never held.
 *
 * @param fields without those of the body's form
 * @param boundary of its parts, in letters and digits
 * @param pictures that the HTML names
 */
record Letter(
    List<Field> fields,
    String boundary,
    String text,
    String html,
    List<Part> pictures,
    List<Part> files) {
  private static final String CRLF = "\r\n";
  private static final int LINE = 60;

  /** {@code value}: encoded, and folded with {@code CRLF} and a blank. */
  record Field(String name, String value) {}

  /** {@code id}: for {@code cid:}, null where nothing refers to it. */
  record Part(Content.Media media, String name, String mime, @Nullable String id) {
    String blob() throws IOException {
      if (media.blob() == null) {
        throw new IOException("no stored file");
      }
      return media.blob();
    }
  }

  /** The fields with those of the body's form, each with its line break. */
  String header() {
    var out = new StringBuilder();
    for (Field field : fields) {
      out.append(field.name()).append(": ").append(field.value()).append(CRLF);
    }
    return out.append("MIME-Version: 1.0" + CRLF)
        .append(files.isEmpty() ? kind("alternative", "a") : kind("mixed", "m"))
        .toString();
  }

  /** Writes what comes after the empty line; ends with a line break. */
  void writeBody(OutputStream out, Ports.Blobs blobs) throws IOException {
    if (files.isEmpty()) {
      writeTexts(out, blobs);
      return;
    }
    say(out, begin("m") + kind("alternative", "a") + CRLF);
    writeTexts(out, blobs);
    for (Part file : files) {
      say(out, begin("m"));
      writeFile(out, file, blobs);
    }
    say(out, end("m"));
  }

  private void writeTexts(OutputStream out, Ports.Blobs blobs) throws IOException {
    say(out, begin("a"));
    writeText(out, "plain", text);
    say(out, begin("a"));
    if (pictures.isEmpty()) {
      writeText(out, "html", html);
    } else {
      say(out, kind("related", "r") + CRLF + begin("r"));
      writeText(out, "html", html);
      for (Part picture : pictures) {
        say(out, begin("r"));
        writeFile(out, picture, blobs);
      }
      say(out, end("r"));
    }
    say(out, end("a"));
  }

  private static void writeText(OutputStream out, String kind, String text) throws IOException {
    say(out, "Content-Type: text/" + kind + "; charset=utf-8" + CRLF);
    say(out, "Content-Transfer-Encoding: quoted-printable" + CRLF + CRLF);
    var whole = new Open(out);
    try {
      OutputStream quoted = MimeUtility.encode(whole, "quoted-printable");
      quoted.write(text.getBytes(UTF_8));
      quoted.flush();
    } catch (MessagingException e) {
      throw new IllegalStateException("quoted-printable is always there", e);
    }
    say(out, CRLF);
  }

  private static void writeFile(OutputStream out, Part part, Ports.Blobs blobs) throws IOException {
    say(out, "Content-Type: " + part.mime() + CRLF);
    say(out, "Content-Transfer-Encoding: base64" + CRLF);
    say(out, "Content-Disposition: " + (part.id() == null ? "attachment" : "inline"));
    say(out, filename(part.name()) + CRLF);
    if (part.id() != null) {
      say(out, "Content-ID: <" + part.id() + ">" + CRLF);
    }
    say(out, CRLF);
    try (InputStream in = blobs.open(part.blob());
        OutputStream base64 = Base64.getMimeEncoder().wrap(new Open(out))) {
      in.transferTo(base64);
    }
    say(out, CRLF);
  }

  /** The parameter with a name (RFC 2231), in pieces where it is long. */
  private static String filename(String name) {
    if (US_ASCII.newEncoder().canEncode(name) && name.length() <= LINE) {
      return ";" + CRLF + " filename=\"" + name.replaceAll("[\"\\\\\\p{Cntrl}]", "_") + "\"";
    }
    String encoded =
        "UTF-8''" + URLEncoder.encode(name, UTF_8).replace("+", "%20").replace("*", "%2A");
    var out = new StringBuilder();
    int from = 0;
    for (int piece = 0; from < encoded.length(); piece++) {
      int to = Math.min(encoded.length(), from + LINE);
      int percent = encoded.lastIndexOf('%', to - 1);
      if (to < encoded.length() && percent > to - 3 && percent > from) {
        to = percent;
      }
      out.append(";" + CRLF + " filename*").append(piece).append("*=").append(encoded, from, to);
      from = to;
    }
    return out.toString();
  }

  private String kind(String subtype, String level) {
    return "Content-Type: multipart/"
        + subtype
        + ";"
        + CRLF
        + " boundary=\""
        + mark(level)
        + "\""
        + CRLF;
  }

  private String begin(String level) {
    return "--" + mark(level) + CRLF;
  }

  private String end(String level) {
    return "--" + mark(level) + "--" + CRLF;
  }

  /** Stands in no text: neither encoding gives it. */
  private String mark(String level) {
    return "=_" + level + "_" + boundary;
  }

  private static void say(OutputStream out, String line) throws IOException {
    out.write(line.getBytes(US_ASCII));
  }

  /** Is not closed with what is written through it. */
  private static final class Open extends FilterOutputStream {
    Open(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
