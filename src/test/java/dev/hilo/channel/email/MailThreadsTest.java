package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.MapMemory;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MailThreadsTest {
  private final MapMemory memory = new MapMemory();
  private final MailThreads threads = new MailThreads("main", List.of("key"), memory);

  private static Headers mail(String header) {
    return Headers.read((header + "\r\n\r\n").getBytes(UTF_8));
  }

  @Test
  void anAnswerToTheAddressOfAThreadBelongsToIt() {
    String token = threads.replyToken("help@shop.example", "ana@x.example?unverified");
    assertThat(token).hasSize(31).matches("[a-z2-7]+");
    String address = MailThreads.local("help", token) + "@shop.example";
    assertThat(address.indexOf('@')).isLessThanOrEqualTo(64);
    for (String field : List.of("To: Shop <%s>", "Cc: %s", "Delivered-To: %s")) {
      assertThat(threads.answered(mail(field.formatted(address)), List.of()))
          .isEqualTo("ana@x.example?unverified");
    }
    assertThat(threads.answered(mail("To: " + address.toUpperCase(Locale.ROOT)), List.of()))
        .isEqualTo("ana@x.example?unverified");
    assertThat(threads.answered(mail("Subject: x"), List.of(address)))
        .isEqualTo("ana@x.example?unverified");
    assertThat(threads.answered(mail("To: r." + token + "@reply.shop.example"), List.of()))
        .isEqualTo("ana@x.example?unverified");
    assertThat(MailThreads.plain(address)).isEqualTo("help@shop.example");
    assertThat(MailThreads.plain("help+news@shop.example")).isEqualTo("help+news@shop.example");
  }

  @Test
  void theAnchorIsEnoughWhereTheAddressWasLost() {
    String token = threads.replyToken("help@shop.example", "ana@x.example");
    String anchor = MailThreads.anchor(token, "shop.example");
    assertThat(
            threads.answered(
                mail("References: <first@x.example>,\r\n <" + anchor + "> <other@x.example>"),
                List.of()))
        .isEqualTo("ana@x.example");
  }

  @Test
  void idsThatAMailServerGaveToOurMailsCountToo() {
    threads.sent("ana@x.example", "m.mac@shop.example", "010f@region.amazonses.com");
    assertThat(threads.answered(mail("In-Reply-To: <010f@region.amazonses.com>"), List.of()))
        .isEqualTo("ana@x.example");
    assertThat(threads.sent("010f@region.amazonses.com"))
        .isEqualTo(new MailThreads.Sent("ana@x.example", "m.mac@shop.example"));
  }

  @Test
  void whatComesBackIsFoundByItsToken() {
    String token = threads.bounceToken("ana@x.example", "m.mac@shop.example");
    var sent = new MailThreads.Sent("ana@x.example", "m.mac@shop.example");
    String address = MailThreads.bounceLocal("help", token) + "@shop.example";
    assertThat(threads.returned(mail("To: " + address), List.of(), List.of())).isEqualTo(sent);
    assertThat(threads.answered(mail("To: " + address), List.of())).isNull();
    String reply = MailThreads.local("help", token) + "@shop.example";
    assertThat(threads.answered(mail("To: " + reply), List.of())).isNull();
  }

  @Test
  void nobodyElseCanMakeATokenNorUseOneElsewhere() {
    String token = threads.replyToken("help@shop.example", "ana@x.example");
    var random = new Random(7);
    for (int i = 0; i < 500; i++) {
      var forged = new StringBuilder(token);
      int at = random.nextInt(30); // the last character holds spare bits
      forged.setCharAt(at, "abcdefghijklmnopqrstuvwxyz234567".charAt(random.nextInt(32)));
      boolean same = forged.toString().equals(token);
      assertThat(threads.answered(mail("To: help+r." + forged + "@shop.example"), List.of()))
          .isEqualTo(same ? "ana@x.example" : null);
    }
    var elsewhere = new MailThreads("other", List.of("key"), memory);
    assertThat(elsewhere.answered(mail("To: help+r." + token + "@shop.example"), List.of()))
        .isNull();
    for (String junk : List.of("", "a", "=", "ñ", "a".repeat(64), "0189")) {
      assertThat(threads.answered(mail("To: help+r." + junk + "@shop.example"), List.of()))
          .isNull();
    }
  }

  @Test
  void tokensOutliveTheirKeyForAWhile() {
    String token = threads.replyToken("help@shop.example", "ana@x.example");
    var address = "To: help+r." + token + "@shop.example";
    var rotated = new MailThreads("main", List.of("newer", "key"), memory);
    assertThat(rotated.answered(mail(address), List.of())).isEqualTo("ana@x.example");
    assertThat(rotated.replyToken("help@shop.example", "ana@x.example")).isNotEqualTo(token);
    var later = new MailThreads("main", List.of("newer"), memory);
    assertThat(later.answered(mail(address), List.of())).isNull();
  }
}
