package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespReaderTest {
  private static final String TALK =
      "+OK\r\n"
          + "$5\r\n"
          + "hello\r\n"
          + "$0\r\n\r\n"
          + "$-1\r\n"
          + "_\r\n"
          + "*-1\r\n"
          + ":-42\r\n"
          + ":9223372036854775807\r\n"
          + "-MOVED 3999 127.0.0.1:6381\r\n"
          + "*0\r\n"
          + "*3\r\n"
          + ":1\r\n"
          + "*2\r\n"
          + "+a\r\n"
          + "$-1\r\n"
          + "$2\r\n\r\n\r\n"
          + "%2\r\n"
          + "+k\r\n"
          + ":1\r\n"
          + "$1\r\n"
          + "l\r\n"
          + "*1\r\n"
          + "#t\r\n"
          + ">3\r\n"
          + "$8\r\n"
          + "smessage\r\n"
          + "$1\r\n"
          + "c\r\n"
          + "$3\r\n"
          + "a\0b\r\n"
          + "~1\r\n"
          + ",1.5\r\n"
          + "=8\r\n"
          + "txt:word\r\n"
          + "(123456789012345678901\r\n"
          + "!5\r\n"
          + "ERR x\r\n"
          + "|1\r\n"
          + "+ttl\r\n"
          + ":1\r\n"
          + "*1\r\n"
          + "|1\r\n"
          + "+x\r\n"
          + "*1\r\n"
          + ":2\r\n"
          + ":7\r\n"
          + "%0\r\n"
          + "#f\r\n";

  private static String shown(@Nullable Response value) {
    return switch (value) {
      case null -> "null";
      case ErrorType e -> "error " + e.getMessage();
      case Response r when r.type() == ResponseType.MULTI || r.type() == ResponseType.PUSH -> {
        List<String> items = new ArrayList<>();
        if (r.isMap()) {
          r.getKeys().forEach(k -> items.add(k + "=" + shown(r.get(k))));
        } else {
          r.forEach(i -> items.add(shown(i)));
        }
        yield (r.type() == ResponseType.PUSH ? "push" : r.isMap() ? "map" : "list") + items;
      }
      case Response r -> r.type() + " " + r;
    };
  }

  private static List<String> read(byte[] bytes, int... cuts) {
    List<String> out = new ArrayList<>();
    RespReader reader = new RespReader(v -> out.add(shown(v)));
    int from = 0;
    for (int cut : cuts) {
      reader.read(Unpooled.wrappedBuffer(bytes, from, cut - from));
      from = cut;
    }
    reader.read(Unpooled.wrappedBuffer(bytes, from, bytes.length - from));
    return out;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void everyKindOfValue() {
    assertThat(read(bytes(TALK)))
        .containsExactly(
            "SIMPLE OK",
            "BULK hello",
            "BULK ",
            "null",
            "null",
            "null",
            "NUMBER -42",
            "NUMBER 9223372036854775807",
            "error MOVED 3999 127.0.0.1:6381",
            "list[]",
            "list[NUMBER 1, list[SIMPLE a, null], BULK \r\n]",
            "map[k=NUMBER 1, l=list[NUMBER 1]]",
            "push[BULK smessage, BULK c, BULK a\0b]",
            "list[SIMPLE 1.5]",
            "BULK word",
            "SIMPLE 123456789012345678901",
            "error ERR x",
            "list[NUMBER 7]",
            "map[]",
            "NUMBER 0");
  }

  @Test
  void anyCutOfTheBytesGivesTheSameValues() {
    byte[] bytes = bytes(TALK);
    List<String> whole = read(bytes);
    for (int i = 0; i <= bytes.length; i++) {
      assertThat(read(bytes, i)).as("cut at %d", i).isEqualTo(whole);
    }
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      int[] cuts = random.ints(random.nextInt(1, 40), 0, bytes.length + 1).sorted().toArray();
      assertThat(read(bytes, cuts)).as("round %d", round).isEqualTo(whole);
    }
    int[] each = java.util.stream.IntStream.range(1, bytes.length).toArray();
    assertThat(read(bytes, each)).isEqualTo(whole);
  }

  @Test
  void valuesOfAnySizeAndNesting() {
    Random random = new Random(11);
    for (int round = 0; round < 100; round++) {
      StringBuilder out = new StringBuilder();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        expected.add(some(random, out, 4));
      }
      byte[] bytes = bytes(out.toString());
      int[] cuts = random.ints(10, 0, bytes.length + 1).sorted().toArray();
      assertThat(read(bytes, cuts)).as("round %d", round).isEqualTo(expected);
    }
  }

  private static String some(Random random, StringBuilder out, int depth) {
    int kind = random.nextInt(depth > 0 ? 4 : 2);
    if (kind == 0) {
      long n = random.nextLong() >> 1;
      out.append(':').append(n).append("\r\n");
      return "NUMBER " + n;
    }
    if (kind == 1) {
      String text = "x".repeat(random.nextInt(20) == 0 ? 100_000 : random.nextInt(200));
      out.append('$').append(text.length()).append("\r\n").append(text).append("\r\n");
      return "BULK " + text;
    }
    int size = random.nextInt(20) == 0 ? 3000 : random.nextInt(6);
    out.append('*').append(size).append("\r\n");
    List<String> items = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      items.add(some(random, out, size > 10 ? 0 : depth - 1));
    }
    return "list" + items;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\r\n",
        "$3\r\nabcd\r\n",
        "$x\r\n",
        "$\r\n",
        "$99999999999\r\n",
        "*99999999999\r\n",
        ":1\n\n",
        ":99999999999999999999999\r\n",
        "+ok\n",
        "*1\r\n>1\r\n+a\r\n"
      })
  void whatRedisDoesNotSayIsRefused(String garbled) {
    assertThatThrownBy(() -> read(bytes(garbled))).isInstanceOf(RespReader.Garbled.class);
  }

  @Test
  void sizesAndNestingAreBounded() {
    assertThatThrownBy(() -> read(bytes("*1\r\n".repeat(RespReader.DEEPEST + 1))))
        .isInstanceOf(RespReader.Garbled.class);
    assertThatThrownBy(() -> read(bytes("+" + "x".repeat(RespReader.LONGEST_LINE + 1))))
        .isInstanceOf(RespReader.Garbled.class);
    assertThat(read(bytes("*" + RespReader.MOST_ITEMS + "\r\n"))).isEmpty();
  }
}
