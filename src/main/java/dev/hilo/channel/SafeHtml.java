package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jsoup.nodes.Document;
import org.jsoup.nodes.Entities;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;

/**
 * HTML of strangers cut down to formatting, links and pictures: what is not on the list is gone.
 * Pictures that lie elsewhere may only be named, in {@code data-remote-src}; quotes and signatures
 * carry {@code data-quoted} and {@code data-signature}, and a link whose text claims another place
 * {@code data-host}. Properties in {@code style} are not looked at. Thread-safe.
 */
public final class SafeHtml {
  private static final Safelist SAFE =
      Safelist.relaxed()
          .addTags(
              "hr", "s", "del", "ins", "center", "font", "big", "address", "article", "section",
              "header", "footer", "main", "abbr", "kbd", "samp", "var", "tt", "wbr", "bdi", "mark")
          .addAttributes(":all", "style", "dir", "lang", "align", "data-quoted", "data-signature")
          .addAttributes("font", "color", "face", "size")
          .addAttributes("td", "valign", "bgcolor")
          .addAttributes("th", "valign", "bgcolor")
          .addAttributes("table", "cellpadding", "cellspacing", "border", "bgcolor")
          .addAttributes("a", "data-host")
          .addAttributes("img", "data-remote-src")
          .removeAttributes("blockquote", "cite")
          .removeAttributes("q", "cite")
          .removeProtocols("a", "href", "ftp")
          .addProtocols("a", "href", "tel")
          .removeProtocols("img", "src", "http", "https")
          .addProtocols("img", "src", "data")
          .addEnforcedAttribute("a", "rel", "noopener noreferrer nofollow")
          .addEnforcedAttribute("a", "target", "_blank");

  private final Safelist list;

  /**
   * @param picture the attribute that names a picture which came with the text
   */
  public SafeHtml(String picture) {
    list = new Safelist(SAFE).addAttributes("img", picture);
  }

  /** A document with what is left, to be written as it is. */
  public Document clean(Document document) {
    Document clean = new Cleaner(list).clean(document);
    clean.outputSettings().prettyPrint(false).charset(UTF_8).escapeMode(Entities.EscapeMode.base);
    return clean;
  }
}
