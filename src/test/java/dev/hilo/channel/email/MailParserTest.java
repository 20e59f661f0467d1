package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailParserTest {

  private static byte[] mail(String type, String body) {
    return ("From: a@example.com\r\nContent-Type: " + type + "\r\n\r\n" + body).getBytes(UTF_8);
  }

  private static String text(byte[] raw) throws UnreadableMail {
    return MailParser.parse(raw).text();
  }

  @Test
  void twentyThousandNestedPartsAreRefused() {
    var bomb = new StringBuilder("Content-Type: multipart/mixed; boundary=b0\r\n\r\n");
    for (int i = 0; i < 20_000; i++) {
      bomb.append("--b").append(i).append("\r\nContent-Type: multipart/mixed; boundary=b");
      bomb.append(i + 1).append("\r\n\r\n");
    }
    assertThatThrownBy(() -> MailParser.parse(bomb.toString().getBytes(UTF_8)))
        .isInstanceOf(UnreadableMail.class)
        .hasMessageContaining("deeper than 30");
  }

  @Test
  void aLargeMailNeedsAFewTimesItsSize() throws UnreadableMail {
    String file = Base64.getMimeEncoder().encodeToString(new byte[6_000_000]);
    byte[] raw =
        mail(
            "multipart/mixed; boundary=b",
            "--b\r\n"
                + "Content-Type: application/pdf; name=a.pdf\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n"
                + file
                + "\r\n--b--\r\n");
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(MailParser.parse(raw).files().getFirst().bytes()).hasSize(6_000_000);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(6L * raw.length);
  }

  @Test
  void ofTwoHundredThousandPartsTheFirstAreRead() throws UnreadableMail {
    String bomb = "--b\r\n\r\nx\r\n".repeat(200_000);
    var mail = MailParser.parse(mail("multipart/mixed; boundary=b", bomb));
    assertThat(mail.cut()).isTrue();
    assertThat(mail.text()).startsWith("x").hasSizeLessThan(4000);
  }

  @Test
  void ofThreeHundredThousandFieldsTheFirstAreRead() throws UnreadableMail {
    String bomb = "Subject: many\r\n" + "X-A: b\r\n".repeat(300_000) + "\r\ntext";
    var mail = MailParser.parse(bomb.getBytes(UTF_8));
    assertThat(mail.cut()).isTrue();
    assertThat(mail.subject()).isEqualTo("many");
    assertThat(mail.text()).isEqualTo("text");
  }

  @Test
  void aMultipartWithoutBoundaryIsReadAsText() throws UnreadableMail {
    assertThat(text(mail("multipart/mixed", "x"))).isEqualTo("x");
  }

  @Test
  void aLongTextIsCutAndSaysSo() throws UnreadableMail {
    var mail = MailParser.parse(mail("text/plain", "long line\r\n".repeat(1_000_000)));
    assertThat(mail.cut()).isTrue();
    assertThat(mail.text().length()).isLessThanOrEqualTo(MailParser.MAX_TEXT);
  }

  @Test
  void deepHtmlIsFlattened() throws UnreadableMail {
    String deep = "<div>".repeat(100_000) + "deep";
    var mail = MailParser.parse(mail("text/html", deep));
    assertThat(mail.text()).isEqualTo("deep");
    Element innermost = Jsoup.parseBodyFragment(String.valueOf(mail.html())).body();
    int depth = 0;
    while (!innermost.children().isEmpty()) {
      innermost = innermost.children().last();
      depth++;
    }
    assertThat(depth).isLessThanOrEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "> ",
        "On 1 a@b.c ",
        "From: ",
        "-- ",
        "=?utf-8?B?",
        "schrieb 1: \n",
        "__________",
        "Von: a\nBetreff: b\n"
      })
  void hostileRepetitionEndsSoon(String piece) throws UnreadableMail {
    assertThat(text(mail("text/plain", piece.repeat(200_000)))).isNotNull();
  }

  @Test
  void randomBytesNeverThrowAnythingElse() {
    var random = new Random(20261121);
    byte[] seed =
        mail(
            "multipart/alternative; boundary=b",
            "--b\r\n"
                + "Content-Type: text/html; charset=utf-8\r\n\r\n"
                + "<div class=gmail_quote>x\r\n"
                + "--b--");
    for (int i = 0; i < 3000; i++) {
      byte[] raw = seed.clone();
      for (int j = 0; j < 1 + i % 20; j++) {
        raw[random.nextInt(raw.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(MailParser.parse(raw)).isNotNull();
      } catch (UnreadableMail e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<img src=x onerror=alert(1)>",
        "<a href='java\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>1</script>'>x</a>",
        "<div style='background-image:url(javascript:alert(1))'>x</div>",
        "<div style='width:expression(alert(1))'>x</div>",
        "<p style=\"font-family:'\\75rl(x)'\">x</p>",
        "<svg/onload=alert(1)>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<object data='x.swf'></object><embed src=x><applet code=x>",
        "<link rel=stylesheet href=http://x><base href=http://x><meta http-equiv=refresh"
            + " content=0>",
        "<table background='http://x/y'><td background='http://x/y'>x",
        "<img srcset='http://x/y 2x' src='http://x/y'>",
        "<template><script>alert(1)</script></template>",
        "<xmp><img src=x onerror=alert(1)></xmp>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<video poster=javascript:alert(1)><source src=x onerror=alert(1)></video>",
        "<blockquote cite='javascript:alert(1)' data-blob='stolen'>x</blockquote>"
      })
  void nothingRunsAndNothingLoads(String html) {
    String clean = HtmlBody.of(html).sanitised();
    var body = Jsoup.parseBodyFragment(clean).body();
    assertThat(
            body.select(
                "script, style, svg, math, iframe, object, embed, form, input, link, meta, base,"
                    + " video, template, noscript, [srcset], [background], [poster], [cite],"
                    + " [data-blob], img[src]:not([src^=data:image/])"))
        .isEmpty();
    for (var element : body.getAllElements()) {
      for (var attribute : element.attributes()) {
        assertThat(attribute.getKey()).doesNotStartWith("on");
        assertThat(attribute.getValue().toLowerCase(Locale.ROOT))
            .doesNotContain("javascript:", "url(", "expression(", "\\");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "iso-8859-1, 80, €",
    "ISO-8859-9, DD, İ",
    "cp932, 8740, ①",
    "euc-kr, B0A1, 가",
    "tis-620, A1, ก",
    "iso-8859-8-i, E0, א",
    "cp-850, 82, é",
    "koi8-r, C1, а",
    "utf-8, C3A9, é",
    "utf-8, E9, é",
    "'', E9, é",
    "default, C3A9, é",
    "no-such, E9, é",
    "us-ascii, C3A9, é"
  })
  void charsetsMeanWhatBrowsersTakeThemFor(String label, String hex, String text) {
    assertThat(MailCharset.decode(HexFormat.of().parseHex(hex), label)).isEqualTo(text);
  }

  @Test
  void theSameMailIsTheSameWhateverTransportAdds() {
    byte[] one = mail("text/plain", "hello\r\nworld\r\n");
    byte[] copy =
        ("Received: from x\r\nDelivered-To: y\r\n"
                + new String(one, ISO_8859_1).replace("\r\n", "\n"))
            .getBytes(ISO_8859_1);
    byte[] other = mail("text/plain", "hello\r\nworld!\r\n");
    assertThat(key(copy)).isEqualTo(key(one));
    assertThat(key(other)).isNotEqualTo(key(one));
  }

  private static String key(byte[] raw) {
    return ContentKey.of(Headers.read(raw), raw);
  }

  @Test
  void onlyWeCanMakeOurMessageIds() {
    var ids = new MessageIds(List.of("key"), "shop.example");
    String id = ids.make("01JD000000000000000000000A");
    assertThat(id).isEqualTo(ids.make("01JD000000000000000000000A")).endsWith("@shop.example");
    assertThat(ids.isOurs(id)).isTrue();
    assertThat(ids.isOurs(id.replace("0A.", "0B."))).isFalse();
    assertThat(new MessageIds(List.of("other"), "shop.example").isOurs(id)).isFalse();
    assertThat(ids.isOurs("x")).isFalse();
    assertThat(ids.isOurs(ids.make("odd id\r\nX: y"))).isTrue();
    assertThat(ids.make("odd id\r\nX: y")).doesNotContain("\r", "\n", " ");
  }

  @Test
  void theContextStaysSmallAndKeepsBothEnds() {
    var references = new StringBuilder();
    for (int i = 0; i < 90; i++) {
      references.append("<reference-number-").append(i).append("@example.com>\r\n ");
    }
    byte[] raw =
        ("Message-ID: <last@example.com>\r\nSubject: "
                + "ü".repeat(400)
                + "\r\nReferences: "
                + references.toString().strip()
                + "\r\n\r\n")
            .getBytes(UTF_8);
    var context = ThreadContext.of(Headers.read(raw)).toMap();
    int size = 0;
    for (var entry : context.entrySet()) {
      size += (entry.getKey() + entry.getValue()).getBytes(UTF_8).length;
    }
    assertThat(size).isLessThanOrEqualTo(1000);
    assertThat(context.get("refs"))
        .startsWith("<reference-number-0@example.com>")
        .endsWith("<reference-number-89@example.com>");
    String folded =
        ThreadContext.of(context).answerReferences("last@example.com", "t.anchor@shop.example");
    assertThat(folded.split("\r\n ")).allMatch(line -> line.length() < 900).hasSizeGreaterThan(3);
    assertThat(folded).endsWith("<last@example.com>");
  }

  @ParameterizedTest
  @CsvSource({
    "Hello, Re: Hello",
    "Re: Hello, Re: Hello",
    "AW: RE[2]: Fwd: Hello, Re: Hello",
    "'Re: ', 'Re: '",
    "Regarding: cake, Re: Regarding: cake"
  })
  void anAnswerHasOneRe(String subject, String answer) {
    assertThat(ThreadContext.answerSubject(subject)).isEqualTo(answer);
  }
}
