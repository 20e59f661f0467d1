package dev.hilo.channel.email;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;
import org.jsoup.parser.Parser;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;
import org.jspecify.annotations.Nullable;

/**
 * An HTML body, made harmless.
 *
 * @param sanitised only formatting, links and images; images of the mail itself as {@code
 *     data-cid}, images elsewhere as {@code data-remote-src}: both are not loaded by themselves;
 *     what a mail program marked as quoted carries {@code data-quoted}
 * @param text rendered as plain text with the marks of {@link ReplySplit}
 */
record HtmlBody(String sanitised, String text) {
  private static final int MAX_INPUT = 2 * 1024 * 1024;
  private static final int MAX_DEPTH = 200;
  private static final int MAX_DATA_IMAGE = 64 * 1024;

  /** What mail programs put around or before what they quote. */
  private static final String QUOTES =
      ".gmail_quote, .gmail_extra, blockquote[type=cite], .yahoo_quoted, .protonmail_quote,"
          + " .zmail_extra, [data-marker=__QUOTED_TEXT__], .front-blockquote, .cm_quote,"
          + " .tutanota_quote, div[name=messageReplySection]";

  private static final String DROPPED =
      "script, style, noscript, template, title, head > *, iframe, object, embed, applet, svg,"
          + " math, form input, input, button, select, textarea, audio, video, canvas, map, dialog,"
          + " frameset";

  private static final Set<String> STYLES =
      Set.of(
          "color",
          "background-color",
          "font-weight",
          "font-style",
          "font-size",
          "font-family",
          "text-align",
          "text-decoration",
          "line-height",
          "margin",
          "margin-top",
          "margin-bottom",
          "margin-left",
          "margin-right",
          "padding",
          "padding-top",
          "padding-bottom",
          "padding-left",
          "padding-right",
          "border",
          "border-top",
          "border-bottom",
          "border-left",
          "border-right",
          "border-collapse",
          "white-space",
          "vertical-align",
          "list-style-type");
  private static final Pattern HARMLESS_VALUE =
      Pattern.compile("(?:[\\w\\s#.,%!'\"-]|\\b(?:rgb|rgba|hsl|hsla)\\([\\d\\s.,%/]*\\)){1,200}");
  private static final Pattern DATA_IMAGE =
      Pattern.compile("data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\\s]*");
  private static final Pattern META_CHARSET =
      Pattern.compile(
          "<meta[^>]{0,200}charset\\s*=\\s*[\"']?([\\w-]{2,40})", Pattern.CASE_INSENSITIVE);

  private static final Safelist SAFE =
      Safelist.relaxed()
          .addTags(
              "hr", "s", "del", "ins", "center", "font", "big", "address", "article", "section",
              "header", "footer", "main", "abbr", "kbd", "samp", "var", "tt", "wbr", "bdi", "mark")
          .addAttributes(":all", "style", "dir", "lang", "align")
          .addAttributes("font", "color", "face", "size")
          .addAttributes("td", "valign", "bgcolor")
          .addAttributes("th", "valign", "bgcolor")
          .addAttributes("table", "cellpadding", "cellspacing", "border", "bgcolor")
          .addAttributes("img", "data-cid", "data-remote-src")
          .addAttributes("div", "data-quoted")
          .addAttributes("blockquote", "data-quoted")
          .removeAttributes("blockquote", "cite")
          .removeAttributes("q", "cite")
          .removeProtocols("a", "href", "ftp")
          .addProtocols("a", "href", "tel")
          .removeProtocols("img", "src", "http", "https")
          .addProtocols("img", "src", "data")
          .addEnforcedAttribute("a", "rel", "noopener noreferrer nofollow")
          .addEnforcedAttribute("a", "target", "_blank");

  static HtmlBody of(String html) {
    Parser parser = Parser.htmlParser().setMaxDepth(MAX_DEPTH);
    Document document = parser.parseInput(Text.head(html.replace("\0", ""), MAX_INPUT), "");
    document.select(DROPPED).remove();
    String text = HtmlText.render(document.body());
    for (Element element : document.body().getAllElements()) {
      restrain(element);
    }
    for (Element quote : document.body().select(QUOTES)) {
      quote.attr("data-quoted", "");
    }
    Document clean = new Cleaner(SAFE).clean(document);
    clean.outputSettings().prettyPrint(false).charset(StandardCharsets.UTF_8);
    clean.outputSettings().escapeMode(Entities.EscapeMode.base);
    return new HtmlBody(clean.body().html(), text);
  }

  /** Plain text as HTML. */
  static String escaped(String text) {
    return Entities.escape(text).replace("\"", "&quot;").replace("\n", "<br>\n");
  }

  /** What the document says of its own charset, or null. */
  static @Nullable String charset(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(bytes.length, 4096), StandardCharsets.ISO_8859_1);
    var meta = META_CHARSET.matcher(start);
    return meta.find() ? meta.group(1) : null;
  }

  private static void restrain(Element element) {
    for (Attribute attribute : element.attributes().asList()) {
      if (attribute.getKey().startsWith("data-")) {
        element.removeAttr(attribute.getKey());
      }
    }
    if (element.hasAttr("style")) {
      String style = harmless(element.attr("style"));
      if (style.isEmpty()) {
        element.removeAttr("style");
      } else {
        element.attr("style", style);
      }
    }
    if (element.normalName().equals("img")) {
      restrainImage(element);
    }
  }

  private static void restrainImage(Element image) {
    String source = image.attr("src").strip();
    String lower = Text.head(source, 40).toLowerCase(Locale.ROOT);
    image.removeAttr("src");
    if (lower.startsWith("cid:")) {
      image.attr("data-cid", Text.line(source.substring(4)));
    } else if (source.length() <= MAX_DATA_IMAGE && DATA_IMAGE.matcher(source).matches()) {
      image.attr("src", source);
    } else if (lower.startsWith("http://")
        || lower.startsWith("https://")
        || lower.startsWith("//")) {
      if (tiny(image.attr("width")) && tiny(image.attr("height"))) {
        image.remove();
      } else {
        image.attr("data-remote-src", lower.startsWith("//") ? "https:" + source : source);
      }
    } else {
      image.remove();
    }
  }

  private static boolean tiny(String size) {
    return size.equals("0") || size.equals("1") || size.equals("1px") || size.equals("0px");
  }

  private static String harmless(String style) {
    var out = new StringBuilder();
    for (String declaration : Text.head(style, 4000).split(";", -1)) {
      int colon = declaration.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String name = declaration.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      String value = declaration.substring(colon + 1).strip();
      if (STYLES.contains(name) && HARMLESS_VALUE.matcher(value).matches()) {
        out.append(out.isEmpty() ? "" : "; ").append(name).append(": ").append(value);
      }
    }
    return out.toString();
  }
}
