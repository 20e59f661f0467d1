package dev.hilo.http;

import dev.hilo.channel.SafeHtml;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.parser.Parser;
import org.jspecify.annotations.Nullable;

/**
 * The body of a mail as a page of its own. What is stored was made harmless when it came in; here
 * it is cleaned again, because any file of a thread can be named in its place.
 */
final class MailPage {
  /** Pictures of one mail; those that follow are left out. */
  private static final int MOST_PICTURES = 200;

  private static final int MAX_DEPTH = 220;
  private static final int LONGEST_ADDRESS = 2000;
  private static final int LONGEST_ALT = 120;

  /** Sides of a picture in pixels: below, it is a spacer or a counter. */
  private static final int SMALLEST = 24;

  private static final int LARGEST = 4000;

  /** Height of a line of text. */
  private static final int LINE = 22;

  private static final Pattern DATA_IMAGE =
      Pattern.compile("data:image/(?:png|jpeg|gif|webp);base64,");

  private static final SafeHtml SAFE = new SafeHtml("data-blob");

  /** A mail is written for white paper; it stays so in the dark. */
  private static final String STYLE =
      """
      :root { color-scheme: light; }
      body { margin: 0; padding: 16px; background: #fff; color: #1a1d24; overflow-wrap: anywhere;
        font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
      img { max-width: 100%; object-fit: contain; }
      img:not([height]) { height: auto; }
      table { max-width: 100%; }
      pre { white-space: pre-wrap; }
      a { color: #3443b5; }
      a[data-host]::after { content: " (" attr(data-host) ")"; color: #c2272d; font-weight: 600; }
      blockquote { margin: 8px 0 8px 4px; padding: 0 0 0 12px; border-left: 3px solid #d9dde5; }
      details.quoted { margin-top: 12px; }
      details.quoted > summary { display: inline-block; padding: 0 10px 4px; border-radius: 10px;
        background: #eef0f4; color: #4b5565; font: 700 16px/14px sans-serif; cursor: pointer; }
      details.quoted > summary:focus-visible { outline: 2px solid #4152d6; outline-offset: 2px; }
      details.quoted[open] > summary { margin-bottom: 8px; }
      [data-signature] { color: #4b5565; }
      .blocked { display: inline-flex; align-items: center; justify-content: center;
        box-sizing: border-box; max-width: 100%; padding: 2px 8px; border: 1px dashed #868fa0;
        border-radius: 6px; background: #f7f8fa; color: #4b5565; font-size: 12px;
        overflow: hidden; }
      """;

  /** Parts of tables and lists that nothing else may stand between. */
  private static final Set<String> ROWS = Set.of("tr", "tbody", "thead", "tfoot", "colgroup");

  private static final Set<String> CELLS = Set.of("td", "th", "li", "dd", "dt", "caption");

  private static final Map<String, List<String>> WORDS =
      Map.of(
          "en", List.of("Quoted text", "Picture", "E-mail"),
          "es", List.of("Texto citado", "Imagen", "Correo"),
          "pt", List.of("Texto citado", "Imagem", "E-mail"));

  private final Document document;
  private final String language;

  private MailPage(Document document, String language) {
    this.document = document;
    this.language = language;
  }

  /** {@code language}: of our own few words; English for one that is not known. */
  static MailPage of(byte[] html, String language) {
    Parser parser = Parser.htmlParser().setMaxDepth(MAX_DEPTH);
    String text = new String(html, StandardCharsets.UTF_8);
    return new MailPage(SAFE.clean(parser.parseInput(text, "")), language(language));
  }

  /** A language in which our own words are known. */
  static String language(String asked) {
    return WORDS.containsKey(asked) ? asked : "en";
  }

  /** How many pictures lie elsewhere. */
  int remote() {
    return (int)
        document.select("img[data-remote-src]").stream()
            .filter(image -> !spacer(image))
            .limit(MOST_PICTURES)
            .count();
  }

  /** About how many lines it takes on a screen, for a frame that cannot be asked. */
  int lines() {
    int paragraphs = document.select("p, h1, h2, h3, h4, h5, h6, hr, blockquote").size();
    int lines = document.select("br, li, tr, pre").size();
    long parts = document.select("div").stream().filter(div -> !div.ownText().isBlank()).count();
    int pictures =
        document.select("img").stream()
            .filter(image -> !spacer(image))
            .mapToInt(image -> Math.min(20, Math.max(3, side(image, "height") / LINE)))
            .sum();
    int letters = document.body().text().length();
    return (int) Math.min(1000, Math.max(2L * paragraphs + lines + parts, letters / 80) + pictures);
  }

  /**
   * The page.
   *
   * @param own the address of a picture that came with the mail, by the name of its blob
   * @param elsewhere our address for a picture that lies elsewhere; null = they are not shown
   */
  String page(UnaryOperator<String> own, @Nullable UnaryOperator<String> elsewhere) {
    int shown = 0;
    for (Element image : document.select("img")) {
      if (shown < MOST_PICTURES && show(image, own, elsewhere)) {
        shown++;
      } else {
        replace(image);
      }
    }
    document.select("[data-quoted]").forEach(this::fold);
    List<String> words = words();
    return "<!doctype html><html lang=\""
        + language
        + "\"><head><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"
        + "<meta name=\"viewport\" content=\"width=device-width\"><title>"
        + words.get(2)
        + "</title><style>"
        + STYLE
        + "</style></head><body dir=\"auto\">"
        + document.body().html()
        + "</body></html>";
  }

  private List<String> words() {
    return Objects.requireNonNull(WORDS.get(language));
  }

  private boolean show(
      Element image, UnaryOperator<String> own, @Nullable UnaryOperator<String> elsewhere) {
    String blob = image.attr("data-blob");
    String far = image.attr("data-remote-src");
    image.removeAttr("data-blob").removeAttr("data-remote-src");
    if (DATA_IMAGE.matcher(image.attr("src")).lookingAt()) {
      return true;
    }
    image.removeAttr("src");
    if (!blob.isEmpty()) {
      image.attr("src", own.apply(blob));
      return true;
    } else if (!far.isEmpty() && far.length() <= LONGEST_ADDRESS && elsewhere != null) {
      image.attr("src", elsewhere.apply(address(far))).attr("loading", "lazy");
      return true;
    }
    return false;
  }

  /** Where a picture would be, in words; nothing for a spacer. */
  private void replace(Element image) {
    String alt = image.attr("alt").strip();
    if (spacer(image) || alt.isEmpty() && side(image, "width") == 0) {
      image.remove();
      return;
    }
    Element box = new Element("span").addClass("blocked");
    box.text(
        alt.isEmpty() ? words().get(1) : alt.substring(0, Math.min(alt.length(), LONGEST_ALT)));
    int width = side(image, "width");
    int height = side(image, "height");
    box.attr(
        "style",
        (width > 0 ? "width:" + width + "px;" : "")
            + (height > 0 ? "min-height:" + Math.min(height, 160) + "px" : ""));
    image.replaceWith(box);
  }

  private static boolean spacer(Element image) {
    int width = side(image, "width");
    int height = side(image, "height");
    return width > 0 && width < SMALLEST / 4 || height > 0 && height < SMALLEST / 4;
  }

  /** A side in pixels; 0 = not known. */
  private static int side(Element image, String name) {
    String value = image.attr(name).replaceFirst("px$", "").strip();
    return value.matches("\\d{1,5}") ? Math.min(LARGEST, Integer.parseInt(value)) : 0;
  }

  /** What an agent has read before is folded away, neighbours together. */
  private void fold(Element quote) {
    if (quote.parents().stream().anyMatch(p -> p.hasAttr("data-quoted"))
        || ROWS.contains(quote.normalName())) {
      return;
    }
    Node before = quote.previousSibling();
    while (before instanceof TextNode blank && blank.isBlank()) {
      before = before.previousSibling();
    }
    if (CELLS.contains(quote.normalName())) {
      Element details = folded();
      List.copyOf(quote.childNodes()).forEach(details::appendChild);
      quote.appendChild(details);
    } else if (before instanceof Element details && details.hasClass("quoted")) {
      details.appendChild(quote);
    } else {
      Element details = folded();
      quote.replaceWith(details);
      details.appendChild(quote);
    }
  }

  private Element folded() {
    Element details = new Element("details").addClass("quoted");
    String words = words().getFirst();
    details.appendElement("summary").text("···").attr("title", words).attr("aria-label", words);
    return details;
  }

  /** As browsers do: what may not stand in an address is escaped. */
  static String address(String written) {
    StringBuilder out = new StringBuilder();
    for (byte b : written.strip().getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c > ' ' && c < 127 && "\"<>\\^`{|}".indexOf(c) < 0) {
        out.append(c);
      } else {
        out.append('%').append(String.format("%02X", (int) c));
      }
    }
    return out.toString();
  }
}
