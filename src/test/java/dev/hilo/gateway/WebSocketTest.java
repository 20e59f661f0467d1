package dev.hilo.gateway;

import static dev.hilo.gateway.RawSocket.BINARY;
import static dev.hilo.gateway.RawSocket.CLOSE;
import static dev.hilo.gateway.RawSocket.CONTINUATION;
import static dev.hilo.gateway.RawSocket.FINAL;
import static dev.hilo.gateway.RawSocket.PING;
import static dev.hilo.gateway.RawSocket.PONG;
import static dev.hilo.gateway.RawSocket.TEXT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hilo.Gateway;
import dev.hilo.testing.RedisServer;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** RFC 6455 on the live socket, byte by byte; every buffer is followed meanwhile. */
class WebSocketTest {
  private static final String HELLO = "{\"type\":\"hello\",\"inbox\":\"shop\"}";
  private static final ResourceLeakDetector.Level BEFORE = ResourceLeakDetector.getLevel();

  private static final Logger LEAKS = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  private static final ListAppender<ILoggingEvent> LOST = new ListAppender<>();

  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static Nodes nodes;
  private static Gateway node;

  @BeforeAll
  static void start() throws Exception {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    LOST.start();
    LEAKS.addAppender(LOST);
    nodes = new Nodes(redis.uri(), redis.workspace());
    node = nodes.start("a", redis.uri(), "limits: {sockets-per-device: 2}");
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
    ResourceLeakDetector.setLevel(BEFORE);
    LEAKS.detachAppender(LOST);
    assertThat(LOST.list).as("buffers nobody released").isEmpty();
  }

  /** What was lost is noticed when a buffer is made after the collector found it. */
  @AfterEach
  void collect() throws IOException {
    System.gc();
    visitor().close();
  }

  private static RawSocket open() throws IOException {
    RawSocket raw = RawSocket.open(node.url());
    assertThat(raw.head())
        .startsWith("HTTP/1.1 101 ")
        .containsIgnoringCase("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        .containsIgnoringCase("Sec-WebSocket-Protocol: hilo.v1");
    return raw;
  }

  private static RawSocket visitor() throws IOException {
    RawSocket raw = open();
    raw.say(HELLO);
    raw.next("welcome");
    return raw;
  }

  private static void closedWith(RawSocket raw, int code, String reason) throws IOException {
    RawSocket.Frame close = raw.next(CLOSE);
    assertThat(close.code()).as(close.reason()).isEqualTo(code);
    assertThat(close.reason()).containsIgnoringCase(reason);
    raw.shutdownOutput();
    assertThat(raw.ended()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-WebSocket-Version: 8|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|426",
        "Sec-WebSocket-Version: 13|X-None: 1|400",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: short|400",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Content-Length: 2|400"
      })
  void whatIsNoOpeningIsRefused(String headers) throws IOException {
    String[] parts = headers.split("\\|");
    try (RawSocket raw = RawSocket.half(node.url())) {
      raw.write((RawSocket.opening(parts[0], parts[1]) + "{}").getBytes(US_ASCII));
      assertThat(raw.head()).startsWith("HTTP/1.1 " + parts[2]);
      assertThat(raw.ended()).isTrue();
    }
  }

  @Test
  void aFrameThatComesWithTheOpeningIsHeard() throws IOException {
    try (RawSocket raw = RawSocket.half(node.url())) {
      byte[] opening =
          RawSocket.opening(
                  "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
              .getBytes(US_ASCII);
      byte[] hello = RawSocket.frame(FINAL | TEXT, HELLO.getBytes(UTF_8), true);
      byte[] both = Arrays.copyOf(opening, opening.length + hello.length);
      System.arraycopy(hello, 0, both, opening.length, hello.length);
      raw.write(both);
      assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
      raw.next("welcome");
    }
  }

  @Test
  void fragmentsAreOneFrameAndPingsComeBetween() throws IOException {
    try (RawSocket raw = open()) {
      byte[] hello = HELLO.getBytes(UTF_8);
      raw.send(TEXT, Arrays.copyOf(hello, 7));
      raw.send(FINAL | PING, "lives".getBytes(UTF_8));
      raw.send(CONTINUATION, Arrays.copyOfRange(hello, 7, 9));
      raw.send(FINAL | CONTINUATION, Arrays.copyOfRange(hello, 9, hello.length));
      assertThat(raw.next(PONG).text()).isEqualTo("lives");
      raw.next("welcome");
    }
  }

  @Test
  void bytesThatComeOneByOneAreFrames() throws IOException {
    try (RawSocket raw = open()) {
      for (byte each : RawSocket.frame(FINAL | TEXT, HELLO.getBytes(UTF_8), true)) {
        raw.write(new byte[] {each});
      }
      raw.next("welcome");
    }
  }

  @Test
  void aFloodOfPingsIsNotAnsweredOneByOne() throws IOException {
    try (RawSocket raw = visitor()) {
      for (int i = 0; i < 2000; i++) {
        raw.send(FINAL | PING, new byte[] {1});
      }
      raw.say("{\"type\":\"fly\",\"ref\":\"after\"}");
      int pongs = 0;
      RawSocket.Frame frame = raw.next();
      for (; frame.opcode() != TEXT || !frame.text().contains("after"); frame = raw.next()) {
        pongs += frame.opcode() == PONG ? 1 : 0;
      }
      assertThat(pongs).isBetween(1, 500);
    }
  }

  @Test
  void whatIsNotMaskedIsRefused() throws IOException {
    try (RawSocket raw = visitor()) {
      raw.write(RawSocket.frame(FINAL | TEXT, "{}".getBytes(UTF_8), false));
      closedWith(raw, 1002, "mask");
    }
  }

  @Test
  void otherViolationsAreRefused() throws IOException {
    try (RawSocket reserved = visitor();
        RawSocket lost = visitor();
        RawSocket twice = visitor();
        RawSocket binary = visitor()) {
      reserved.send(FINAL | 0x40 | TEXT, new byte[] {'{', '}'});
      closedWith(reserved, 1002, "rsv");
      lost.send(FINAL | CONTINUATION, new byte[] {'{', '}'});
      closedWith(lost, 1002, "continuation");
      twice.send(TEXT, new byte[] {'{'});
      twice.send(FINAL | TEXT, new byte[] {'}'});
      closedWith(twice, 1002, "continuation");
      binary.send(FINAL | BINARY, new byte[] {1});
      closedWith(binary, 1003, "text");
    }
  }

  @Test
  void textThatIsNotUtf8IsRefused() throws IOException {
    for (String bad :
        List.of("\u00c3\u0028", "\u00ed\u00a0\u0080", "\u00c0\u00af", "\u00f0\u009f")) {
      try (RawSocket raw = visitor()) {
        raw.send(FINAL | TEXT, ("{\"type\":\"" + bad + "\"}").getBytes(ISO_8859_1));
        closedWith(raw, 1007, "utf-8");
      }
    }
  }

  @Test
  void whatIsTooLongEndsWithAReason() throws IOException {
    try (RawSocket frame = visitor();
        RawSocket message = visitor();
        RawSocket announced = visitor()) {
      frame.send(FINAL | TEXT, new byte[70_000]);
      closedWith(frame, 4103, "too_large");
      for (int i = 0; i < 6; i++) {
        message.send(i == 0 ? TEXT : CONTINUATION, new byte[50_000]);
      }
      closedWith(message, 4103, "too_large");
      announced.write(new byte[] {(byte) 0x81, (byte) 0xFF, 0, 0, 0, 0, 0x7F, 0, 0, 0});
      closedWith(announced, 1009, "length");
    }
  }

  @Test
  void aGoodbyeIsReturned() throws IOException {
    try (RawSocket raw = visitor()) {
      raw.send(FINAL | CLOSE, new byte[] {0x03, (byte) 0xE8});
      RawSocket.Frame close = raw.next(CLOSE);
      assertThat(close.code()).isEqualTo(1000);
      assertThat(raw.ended()).isTrue();
    }
  }

  @Test
  void aDeviceHasSoManySocketsAndOneThatEndsMakesRoom() throws Exception {
    try (var first = SocketClient.visitor(nodes, node);
        var second = SocketClient.device(nodes, node, first.token(), null, null)) {
      try (var third = SocketClient.connect(nodes, node, null)) {
        third.tell("hello", "token", first.token());
        assertThat(third.await("problem").path("code").asText()).isEqualTo("too-many-devices");
        assertThat(third.awaitClose()).isEqualTo(4102);
      }
      second.cut();
      await()
          .atMost(Nodes.PATIENCE)
          .untilAsserted(
              () -> {
                try (var again = SocketClient.connect(nodes, node, null)) {
                  again.tell("hello", "token", first.token());
                  again.await("welcome");
                }
              });
    }
  }

  @Test
  void aThousandThatSayNothingHarmNobody() throws Exception {
    List<RawSocket> silent = new ArrayList<>();
    try (RawSocket visitor = visitor()) {
      for (int i = 0; i < 1000; i++) {
        RawSocket raw = i % 2 == 0 ? RawSocket.half(node.url()) : RawSocket.open(node.url());
        silent.add(raw);
      }
      visitor.say("{\"type\":\"beat\"}");
      visitor.next("beat");
      RawSocket last = silent.getLast();
      last.head();
      assertThat(last.next(CLOSE).code()).isEqualTo(4001);
    } finally {
      for (RawSocket each : silent) {
        each.close();
      }
    }
  }
}
