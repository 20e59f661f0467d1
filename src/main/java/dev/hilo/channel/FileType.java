package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.hilo.conversation.Content.Media.Kind;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a file is. Its bytes say so where they can; what a browser could run is never called by its
 * name, and what is no picture by its bytes is none.
 *
 * @param mime lower case, without parameters
 */
public record FileType(Kind kind, String mime) {
  /** So many of the first bytes are enough. */
  public static final int HEAD = 64;

  private static final String BYTES = "application/octet-stream";
  private static final Pattern MIME = Pattern.compile("[a-z0-9.+_-]{1,60}/[a-z0-9.+_-]{1,80}");
  private static final Set<String> PICTURES =
      Set.of("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp");

  /**
   * Judges a file.
   *
   * @param head its first bytes
   * @param declared what somebody calls it; null = nothing
   */
  public static FileType of(byte[] head, @Nullable String declared) {
    String said = plain(declared);
    String known = program(head) ? "application/x-msdownload" : known(head, said);
    if (known != null) {
      return new FileType(kind(known), known);
    }
    if (said.startsWith("audio/") || said.startsWith("video/")) {
      return new FileType(kind(said), said);
    }
    boolean risky =
        said.startsWith("image/")
            || said.contains("html")
            || said.contains("xml")
            || said.contains("script")
            || said.contains("svg");
    return new FileType(Kind.FILE, risky || !MIME.matcher(said).matches() ? BYTES : said);
  }

  /** True if a browser may show it in place; everything else is only to be saved. */
  public boolean inline() {
    return PICTURES.contains(mime)
        || mime.startsWith("audio/")
        || mime.startsWith("video/")
        || mime.equals("application/pdf");
  }

  /** True if this is the start of a web page, whatever it is called. */
  public static boolean page(byte[] head) {
    String start = start(head).replace("\u00ef\u00bb\u00bf", "").strip().toLowerCase(Locale.ROOT);
    return start.startsWith("<!doctype html") || start.startsWith("<html");
  }

  /** A type without its parameters, lower case; empty for what is none. */
  public static String plain(@Nullable String mime) {
    String type = mime == null ? "" : mime.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return MIME.matcher(type).matches() ? type : "";
  }

  private static Kind kind(String mime) {
    return mime.startsWith("image/")
        ? Kind.IMAGE
        : mime.startsWith("audio/")
            ? Kind.AUDIO
            : mime.startsWith("video/") ? Kind.VIDEO : Kind.FILE;
  }

  /** Programs of Windows (PE) and of Unix (ELF), whatever they are called. */
  private static boolean program(byte[] head) {
    String s = start(head);
    return s.startsWith("MZ") && s.indexOf('\0') > 0 || s.startsWith("\u007fELF");
  }

  private static String start(byte[] head) {
    return new String(head, 0, Math.min(head.length, HEAD), ISO_8859_1);
  }

  private static @Nullable String known(byte[] head, String said) {
    String s = start(head);
    boolean audio = said.startsWith("audio/");
    if (s.startsWith("\u0089PNG\r\n")) {
      return "image/png";
    } else if (s.startsWith("\u00ff\u00d8\u00ff")) {
      return "image/jpeg";
    } else if (s.startsWith("GIF87a") || s.startsWith("GIF89a")) {
      return "image/gif";
    } else if (s.startsWith("BM") && said.equals("image/bmp")) {
      return "image/bmp";
    } else if (s.startsWith("RIFF")) {
      return s.startsWith("WEBP", 8)
          ? "image/webp"
          : s.startsWith("WAVE", 8) ? "audio/wav" : s.startsWith("AVI ", 8) ? "video/avi" : null;
    } else if (s.startsWith("%PDF-")) {
      return "application/pdf";
    } else if (s.startsWith("ftyp", 4)) {
      return boxes(s.substring(Math.min(8, s.length())), audio);
    } else if (s.startsWith("OggS")) {
      return said.startsWith("video/") ? "video/ogg" : "audio/ogg";
    } else if (s.startsWith("\u001aE\u00df\u00a3")) {
      return audio ? "audio/webm" : s.contains("webm") ? "video/webm" : "video/x-matroska";
    } else if (s.startsWith("fLaC")) {
      return "audio/flac";
    } else if (s.startsWith("#!AMR")) {
      return "audio/amr";
    } else if (s.startsWith("ID3") || s.length() > 1 && s.charAt(0) == 0xff && mpeg(s.charAt(1))) {
      return said.equals("audio/aac") ? said : "audio/mpeg";
    }
    return null;
  }

  private static boolean mpeg(char second) {
    return (second & 0xe0) == 0xe0 && (second & 0x18) != 0x08;
  }

  /** ISO base media: the brand says what is inside. */
  private static String boxes(String brand, boolean audio) {
    if (brand.startsWith("avif") || brand.startsWith("avis")) {
      return "image/avif";
    } else if (brand.startsWith("hei") || brand.startsWith("mif1")) {
      return "image/heic";
    } else if (brand.startsWith("qt  ")) {
      return "video/quicktime";
    } else if (brand.startsWith("M4A") || audio) {
      return "audio/mp4";
    }
    return brand.startsWith("3g") ? "video/3gpp" : "video/mp4";
  }
}
