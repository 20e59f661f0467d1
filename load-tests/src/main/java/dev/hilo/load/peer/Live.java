package dev.hilo.load.peer;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Reads frames of the live protocol by their beginning, without parsing what is not needed. */
final class Live {
  static final byte[] ACK = type("ack\"");
  static final byte[] WELCOME = type("welcome\"");
  static final byte[] PROBLEM = type("problem\"");
  static final byte[] CAUGHT_UP = type("caught-up\"");
  static final byte[] MOVING = type("moving\"");

  /** {@code entry} and {@code entries}. */
  static final byte[] ENTRY = type("entr");

  private static final int SAID = 5;
  private static int problems; // of the client's one loop

  private Live() {}

  private static byte[] type(String begin) {
    return ("{\"type\":\"" + begin).getBytes(StandardCharsets.UTF_8);
  }

  static boolean is(ByteBuf frame, byte[] begin) {
    if (frame.readableBytes() < begin.length) {
      return false;
    }
    int at = frame.readerIndex();
    for (int i = 0; i < begin.length; i++) {
      if (frame.getByte(at + i) != begin[i]) {
        return false;
      }
    }
    return true;
  }

  /** The text of the first field of this name, "" if there is none. */
  static String field(ByteBuf frame, String name) {
    return field(frame.toString(StandardCharsets.UTF_8), name);
  }

  private static String field(String frame, String name) {
    String mark = "\"" + name + "\":\"";
    int at = frame.indexOf(mark);
    return at < 0
        ? ""
        : frame.substring(at + mark.length(), frame.indexOf('"', at + mark.length()));
  }

  /** The text of the last field of this name, "" if there is none. */
  static String lastField(ByteBuf frame, String name) {
    String text = frame.toString(StandardCharsets.UTF_8);
    int at = text.lastIndexOf("\"" + name + "\":\"");
    return at < 0 ? "" : field(text.substring(at), name);
  }

  /** Says the first few refusals of the gateway. */
  static void problem(ByteBuf frame) {
    if (problems++ < SAID) {
      System.err.println("the gateway says " + frame.toString(StandardCharsets.UTF_8));
    }
  }
}
