package dev.hilo.conversation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Why a file may harm whoever opens it. What no rule names counts as harmless. */
public enum FileRisk {
  /** A system may run it, or what is in it, at a double click. */
  PROGRAM,
  /** A document that brings programs. */
  MACROS,
  /** A page that may run scripts or pretend to be somebody's. */
  PAGE,
  /** It is not what its name says. */
  DISGUISED;

  private static final Set<String> PROGRAMS =
      words(
          "ade adp app appimage application appref-ms apk bash bat bin cab chm cmd com command cpl"
              + " crx deb desktop diagcab dll dmg elf exe fish gadget hlp hta img inf ins ipa iso"
              + " isp jar jnlp js jse ksh library-ms lnk mam mau mda mdb mde mdz mjs msc msh msh1"
              + " msh2 msi msix msixbundle msp mst ocx ops osd paf pif pkg pl ppkg prg prf ps1"
              + " ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 py pyc pyw pyz rb reg rpm run scf scpt scr"
              + " sct search-ms settingcontent-ms sh shb shs sys theme themepack tmp udf url vb"
              + " vbe vbp vbs vhd vhdx vsmacros vxd war wim website ws wsb wsc wsf wsh xbap xll"
              + " xnk zsh");
  private static final Set<String> WITH_MACROS =
      words("docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm iqy slk one");
  private static final Set<String> PAGES =
      words("htm html xhtml xht shtml mht mhtml svg svgz xsl xslt swf");
  private static final Set<String> PICTURES = words("png jpg jpeg jpe gif webp");
  private static final Set<String> SOUNDS_AND_FILMS =
      words("mp3 wav ogg oga opus m4a aac flac amr mp4 m4v mov webm mkv avi 3gp mpg mpeg");
  private static final Set<String> DOCUMENTS =
      words(
          "pdf doc docx dot dotx xls xlsx xlt xltx ppt pptx pps ppsx odt ods odp rtf txt csv eml"
              + " ics vcf zip rar 7z gz");

  private static Set<String> words(String all) {
    return Set.copyOf(Arrays.asList(all.split(" ", -1)));
  }

  /**
   * Judges a file by its name and type.
   *
   * @param name as the sender gave it; null = none
   * @param mime its type, of its bytes where they say it; null = unknown
   * @return null if nothing speaks against it
   */
  public static @Nullable FileRisk of(@Nullable String name, @Nullable String mime) {
    String plain = name == null ? "" : name.strip();
    List<String> parts = parts(plain);
    String last = parts.size() > 1 ? parts.getLast() : "";
    String type = mime == null ? "" : mime.toLowerCase(Locale.ROOT);
    FileRisk own = ofExtension(last);
    if (own != null) {
      return parts.size() > 2 && looksHarmless(parts.get(parts.size() - 2)) ? DISGUISED : own;
    }
    FileRisk inside = ofType(type);
    if (inside != null) {
      return looksHarmless(last) ? DISGUISED : inside;
    }
    return turned(plain) || contradicts(last, type) ? DISGUISED : null;
  }

  private static List<String> parts(String name) {
    String end = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    return Arrays.stream(end.toLowerCase(Locale.ROOT).split("\\.", -1))
        .map(part -> part.replaceAll("[\\p{Cf}\\p{Cntrl}]", "").strip())
        .filter(part -> !part.isEmpty())
        .toList();
  }

  private static @Nullable FileRisk ofExtension(String extension) {
    return PROGRAMS.contains(extension)
        ? PROGRAM
        : WITH_MACROS.contains(extension) ? MACROS : PAGES.contains(extension) ? PAGE : null;
  }

  private static @Nullable FileRisk ofType(String type) {
    if (type.contains("macroenabled")) {
      return MACROS;
    } else if (type.contains("html") || type.startsWith("image/svg") || type.contains("flash")) {
      return PAGE;
    }
    return type.contains("msdownload")
            || type.contains("executable")
            || type.contains("dosexec")
            || type.contains("javascript")
            || type.contains("java-archive")
            || type.contains("x-sh")
            || type.contains("x-bat")
            || type.contains("hta")
            || type.contains("msi")
        ? PROGRAM
        : null;
  }

  private static boolean looksHarmless(String extension) {
    return PICTURES.contains(extension)
        || SOUNDS_AND_FILMS.contains(extension)
        || DOCUMENTS.contains(extension);
  }

  /** Marks of direction can make {@code gpj.exe} look like {@code exe.jpg}. */
  private static boolean turned(String name) {
    return name.chars().anyMatch(c -> c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069);
  }

  /** Pictures are known by their bytes: what is called one and has no such type is none. */
  private static boolean contradicts(String extension, String type) {
    if (type.isEmpty()) {
      return false;
    }
    boolean picture = type.startsWith("image/");
    boolean moving = type.startsWith("audio/") || type.startsWith("video/");
    return PICTURES.contains(extension)
        ? !picture
        : DOCUMENTS.contains(extension)
            ? picture || moving || type.equals("application/pdf") && !extension.equals("pdf")
            : SOUNDS_AND_FILMS.contains(extension) && picture;
  }
}
