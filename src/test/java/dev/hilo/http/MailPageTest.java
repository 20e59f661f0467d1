package dev.hilo.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mail's page: harmless whatever it is made of, and it asks nobody unless it is told to. */
class MailPageTest {
  private static final UnaryOperator<String> OWN = blob -> "/own?" + blob;
  private static final UnaryOperator<String> FAR = url -> "/pictures?" + url;

  private static Document shown(String html, boolean pictures) {
    return Jsoup.parse(MailPage.of(html.getBytes(UTF_8), "en").page(OWN, pictures ? FAR : null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>x()</script>",
        "<img src=x onerror=x()>",
        "<img src=https://evil.example/a.png>",
        "<img data-remote-src='javascript:x()' onload=x()>",
        "<a href='javascript:x()'>a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<iframe src=https://evil.example></iframe>",
        "<object data=x></object><embed src=x>",
        "<form action=https://evil.example><input name=p><button>Go</button></form>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href=https://evil.example>",
        "<link rel=stylesheet href=https://evil.example/a.css>",
        "<style>@import 'https://evil.example'</style>",
        "<svg><script>x()</script></svg>",
        "<math><mi xlink:href='javascript:x()'></math>",
        "<video src=https://evil.example poster=https://evil.example></video>",
        "<body background=https://evil.example/a.png onload=x()>",
        "<table background=https://evil.example/a.png><tr><td>a</table>",
        "<img srcset='https://evil.example/a.png 2x'>",
        "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
        "<details open ontoggle=x()>a</details>",
        "</body></html><script>x()</script>"
      })
  void whateverIsStoredNothingRunsAndNobodyIsAsked(String html) {
    Document page = shown("<p>before</p>" + html, false);
    assertThat(page.select("script, iframe, object, embed, form, input, base, link, svg, video"))
        .isEmpty();
    assertThat(page.select("meta[http-equiv]")).isEmpty();
    assertThat(page.select("style")).hasSize(1);
    for (Element each : page.getAllElements()) {
      each.attributes()
          .forEach(
              attribute -> {
                assertThat(attribute.getKey()).doesNotStartWith("on");
                if (!attribute.getKey().equals("alt")) {
                  assertThat(attribute.getValue()).doesNotContain("javascript:", "evil.example");
                }
              });
    }
    assertThat(page.text()).contains("before");
  }

  @Test
  void picturesElsewhereAreLeftOutUntilTheyAreWanted() {
    String mail =
        "<img data-remote-src='https://cdn.example/a b.png?x=1&amp;y=2' alt=Shoes width=300>"
            + "<img data-remote-src=http://cdn.example/b.png>"
            + "<img data-remote-src=https://cdn.example/spacer.gif width=600 height=1>";
    MailPage page = MailPage.of(mail.getBytes(UTF_8), "en");
    assertThat(page.remote()).isEqualTo(2);
    Document without = shown(mail, false);
    assertThat(without.select("img")).isEmpty();
    assertThat(without.html()).doesNotContain("cdn.example");
    assertThat(without.select(".blocked").eachText()).containsExactly("Shoes");
    assertThat(shown(mail, true).select("img").eachAttr("src"))
        .containsExactly(
            "/pictures?https://cdn.example/a%20b.png?x=1&y=2",
            "/pictures?http://cdn.example/b.png", "/pictures?https://cdn.example/spacer.gif");
  }

  @Test
  void picturesOfTheMailItselfAreShown() {
    Document page =
        shown("<img data-blob='main/~new/ab'><img src='data:image/png;base64,AA=='>", false);
    assertThat(page.select("img").eachAttr("src"))
        .containsExactly("/own?main/~new/ab", "data:image/png;base64,AA==");
  }

  @Test
  void noMailHasMoreThanSoManyPictures() {
    String many = "<img data-remote-src=https://cdn.example/a.png>".repeat(1000);
    assertThat(MailPage.of(many.getBytes(UTF_8), "en").remote()).isEqualTo(200);
    assertThat(shown(many, true).select("img").size()).isEqualTo(200);
  }

  @Test
  void quotedTextIsFoldedAwayOnce() {
    Document page =
        shown("<p>Yes</p><div data-quoted>Will you?<div data-quoted>Older</div></div>", false);
    assertThat(page.select("details")).hasSize(1);
    assertThat(page.select("details > summary").attr("aria-label")).isEqualTo("Quoted text");
    assertThat(page.select("details > div").text()).isEqualTo("Will you? Older");
  }

  @Test
  void quotedPartsOfTablesAndNeighboursStayWhereTheyAre() {
    Document cell =
        shown(
            "<table><tr data-quoted><td>a</td></tr><tr><td data-quoted>b</td></tr></table>", false);
    assertThat(cell.select("table tr")).hasSize(2);
    assertThat(cell.select("td > details").text()).contains("b");
    Document both =
        shown("<p data-quoted>On Monday:</p>\n<blockquote data-quoted>Hi</blockquote><p>x", false);
    assertThat(both.select("details")).hasSize(1);
    assertThat(both.select("details").text()).contains("On Monday:", "Hi").doesNotContain("x");
  }

  @Test
  void linksOpenElsewhereAndSayWhereTheyLead() {
    Document page =
        shown("<a href=https://evil.example data-host=evil.example>bank.example</a>", false);
    Element link = page.select("a").getFirst();
    assertThat(link.attr("target")).isEqualTo("_blank");
    assertThat(link.attr("rel")).contains("noopener").contains("noreferrer");
    assertThat(link.attr("data-host")).isEqualTo("evil.example");
  }

  @Test
  void theLanguageIsOneOfOurs() {
    List<String> spoken = new ArrayList<>();
    for (String asked : List.of("es", "pt", "en", "xx", "\"><script>")) {
      String page = MailPage.of("<p>a".getBytes(UTF_8), asked).page(OWN, null);
      spoken.add(Jsoup.parse(page).select("html").attr("lang"));
    }
    assertThat(spoken).containsExactly("es", "pt", "en", "en", "en");
  }

  @Test
  void addressesAreEscapedAsBrowsersDo() {
    assertThat(MailPage.address(" https://a.example/ñ|x%20y\"<> "))
        .isEqualTo("https://a.example/%C3%B1%7Cx%20y%22%3C%3E");
  }
}
