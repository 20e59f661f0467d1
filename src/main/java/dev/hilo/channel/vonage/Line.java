package dev.hilo.channel.vonage;

import java.util.Locale;

/** What carries a message, and how long a text may be there. An MMS shares the SMS's number. */
enum Line {
  SMS(1000),
  WHATSAPP(4096),
  RCS(3072),
  MESSENGER(640),
  VIBER_SERVICE(1000);

  final int text;

  Line(int text) {
    this.text = text;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Closed to free messages a day after the customer's last. */
  boolean hasWindow() {
    return this == WHATSAPP || this == MESSENGER;
  }
}
