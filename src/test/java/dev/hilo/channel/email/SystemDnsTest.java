package dev.hilo.channel.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Asking a name server that answers as we tell it. */
class SystemDnsTest {
  private final AtomicInteger questions = new AtomicInteger();
  private DatagramSocket server;
  private SystemDns dns;

  @BeforeEach
  void start() throws Exception {
    server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    var resolver = new SimpleResolver(new InetSocketAddress("127.0.0.1", server.getLocalPort()));
    resolver.setTimeout(Duration.ofMillis(500));
    dns = new SystemDns(resolver);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void serve() {
    try {
      while (true) {
        var packet = new DatagramPacket(new byte[1500], 1500);
        server.receive(packet);
        var question = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
        questions.incrementAndGet();
        Message answer = answer(question);
        if (answer != null) {
          byte[] bytes = answer.toWire();
          server.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
        }
      }
    } catch (Exception e) {
      // closed
    }
  }

  private static Message answer(Message question) throws Exception {
    Record asked = question.getQuestion();
    var answer = new Message(question.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.addRecord(asked, Section.QUESTION);
    String name = asked.getName().toString(true);
    switch (name) {
      case "silent.example" -> {
        return null;
      }
      case "broken.example" -> answer.getHeader().setRcode(Rcode.SERVFAIL);
      case "shop.example" -> {
        List<String> records =
            switch (asked.getType()) {
              case Type.TXT -> List.of("\"v=spf1 \" \"-all\"", "\"other\"");
              case Type.MX -> List.of("20 second.shop.example.", "10 first.shop.example.");
              case Type.A -> List.of("192.0.2.1");
              case Type.AAAA -> List.of("2001:db8::1");
              default -> List.of();
            };
        for (String record : records) {
          answer.addRecord(
              Record.fromString(
                  asked.getName(), asked.getType(), DClass.IN, 300, record, Name.root),
              Section.ANSWER);
        }
      }
      default -> answer.getHeader().setRcode(Rcode.NXDOMAIN);
    }
    return answer;
  }

  @Test
  void recordsAreTextsAndKept() throws Exception {
    assertThat(dns.ask("shop.example", Dns.Type.TXT).records())
        .containsExactlyInAnyOrder("v=spf1 -all", "other");
    assertThat(dns.ask("shop.example.", Dns.Type.MX).records())
        .containsExactly("first.shop.example", "second.shop.example");
    assertThat(dns.ask("shop.example", Dns.Type.A).records()).containsExactly("192.0.2.1");
    assertThat(dns.ask("shop.example", Dns.Type.AAAA).records())
        .containsExactly("2001:db8:0:0:0:0:0:1");
    int before = questions.get();
    dns.ask("SHOP.example", Dns.Type.A);
    assertThat(questions.get()).isEqualTo(before);
  }

  @Test
  void whatIsNotThereIsToldFromWhatIsEmpty() throws Exception {
    assertThat(dns.ask("gone.example", Dns.Type.TXT)).isEqualTo(new Dns.Answer(false, List.of()));
    assertThat(dns.ask("shop.example", Dns.Type.PTR)).isEqualTo(new Dns.Answer(true, List.of()));
    assertThat(dns.ask("a..b", Dns.Type.A)).isEqualTo(new Dns.Answer(false, List.of()));
    assertThat(dns.ask("x".repeat(70) + ".example", Dns.Type.A).exists()).isFalse();
  }

  @Test
  void noAnswerIsNone() {
    assertThatThrownBy(() -> dns.ask("silent.example", Dns.Type.A))
        .isInstanceOf(Dns.Unanswered.class);
    assertThatThrownBy(() -> dns.ask("broken.example", Dns.Type.A))
        .isInstanceOf(Dns.Unanswered.class);
  }

  @Test
  void patienceEnds() throws Exception {
    var patient = new PatientDns(dns, Duration.ofMinutes(1), 2);
    patient.ask("shop.example", Dns.Type.A);
    patient.ask("shop.example", Dns.Type.A);
    assertThatThrownBy(() -> patient.ask("shop.example", Dns.Type.A))
        .isInstanceOf(Dns.Unanswered.class);
    assertThatThrownBy(() -> new PatientDns(dns, Duration.ZERO, 9).ask("shop.example", Dns.Type.A))
        .isInstanceOf(Dns.Unanswered.class);
  }
}
