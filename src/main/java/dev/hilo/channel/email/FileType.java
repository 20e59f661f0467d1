package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.hilo.conversation.Content.Media.Kind;

/**
 * What a file is. Pictures are believed by their bytes only, and what a browser could run is never
 * called by its name.
 */
record FileType(Kind kind, String mime) {

  static FileType of(byte[] bytes, String declared) {
    String start = new String(bytes, 0, Math.min(bytes.length, 16), ISO_8859_1);
    if (start.startsWith("\u0089PNG\r\n")) {
      return new FileType(Kind.IMAGE, "image/png");
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return new FileType(Kind.IMAGE, "image/jpeg");
    }
    if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return new FileType(Kind.IMAGE, "image/gif");
    }
    if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
      return new FileType(Kind.IMAGE, "image/webp");
    }
    if (start.startsWith("%PDF-")) {
      return new FileType(Kind.FILE, "application/pdf");
    }
    if (declared.startsWith("audio/")) {
      return new FileType(Kind.AUDIO, declared);
    }
    if (declared.startsWith("video/")) {
      return new FileType(Kind.VIDEO, declared);
    }
    boolean risky =
        declared.startsWith("image/")
            || declared.contains("html")
            || declared.contains("xml")
            || declared.contains("script")
            || declared.contains("svg");
    return new FileType(Kind.FILE, risky ? "application/octet-stream" : declared);
  }
}
