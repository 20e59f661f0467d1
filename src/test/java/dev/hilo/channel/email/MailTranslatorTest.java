package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose a mail is, where it belongs and what follows from it. */
class MailTranslatorTest {
  private static final String PASS =
      "Authentication-Results: mx.shop.example; dmarc=pass header.from=x.example\n";
  private static final String FAIL =
      "Authentication-Results: mx.shop.example; dmarc=fail (p=reject) header.from=x.example\n";
  private static final String ANA = "ana@x.example?unverified";

  private final MailHouse house = new MailHouse();
  private int count;

  private MailTranslator.Outcome outcome(String mail) throws IOException {
    byte[] raw = mail.replace("\n", "\r\n").getBytes(UTF_8);
    var arrival = new Arrivals.Arrival(raw, Instant.parse("2026-11-21T12:00:00Z"));
    return house.translator.translate(arrival, "key" + ++count, "RAW");
  }

  private List<Inbound> items(String mail) throws IOException {
    assertThat(outcome(mail)).isInstanceOf(MailTranslator.Outcome.Take.class);
    return outcome(mail) instanceof MailTranslator.Outcome.Take taken ? taken.items() : List.of();
  }

  private Inbound.Message only(String mail) throws IOException {
    List<Inbound> items = items(mail);
    assertThat(items).hasSize(1);
    return (Inbound.Message) items.getFirst();
  }

  private String replyAddress(String to) {
    return MailThreads.local("help", house.threads.replyToken(MailHouse.ADDRESS, to))
        + "@shop.example";
  }

  private static String said(Inbound.Message message) {
    return message.content() instanceof Content.Email mail ? mail.text() : "";
  }

  @Test
  void whoAnswersFromTheAddressWeWroteToIsAtHomeInItsThread() throws IOException {
    var answer = only("From: ana@x.example\nTo: " + replyAddress(ANA) + "\n\nyes");
    assertThat(answer.origin().address().id()).isEqualTo(ANA);
    assertThat(answer.origin().sender()).isNull();
    assertThat(answer.origin().trust()).isEqualTo(Strength.CLAIM);
    assertThat(answer.automatic()).isFalse();
  }

  @Test
  void aVerifiedAnswerProvesTheUnverifiedAddress() throws IOException {
    var answer = only(PASS + "From: ana@x.example\nTo: " + replyAddress(ANA) + "\n\nyes");
    assertThat(answer.origin().address().id()).isEqualTo("ana@x.example");
    assertThat(answer.origin().trust()).isEqualTo(Strength.PLATFORM);
    assertThat(answer.origin().aliases()).containsExactly(new Address("email", "", ANA));
  }

  @Test
  void aStrangerInAThreadTakesPartAndIsNotTheCustomer() throws IOException {
    for (String proof : List.of("", PASS)) {
      var answer =
          only(proof + "From: Bob <bob@x.example>\nTo: " + replyAddress(ANA) + "\n\nme too");
      assertThat(answer.origin().address().id()).isEqualTo(ANA);
      assertThat(answer.origin().aliases()).isEmpty();
      assertThat(answer.origin().sender()).isEqualTo(new Event.Participant("bob@x.example", "Bob"));
      assertThat(answer.details())
          .containsEntry("meta.from", "bob@x.example")
          .containsEntry("meta.sender", proof.isEmpty() ? "unverified" : "verified");
    }
  }

  @Test
  void whoAnswersToAllTakesPartInTheThread() throws IOException {
    only("From: ana@x.example\nMessage-ID: <first@x.example>\nCc: bob@y.example\n\nhelp");
    var bob = only("From: bob@y.example\nIn-Reply-To: <first@x.example>\n\nI agree");
    assertThat(bob.origin().address().id()).isEqualTo(ANA);
    assertThat(bob.origin().sender()).isNotNull();
    only("From: eve@z.example\nMessage-ID: <first@x.example>\n\nmine");
    var again = only("From: bob@y.example\nReferences: <first@x.example>\n\nonce more");
    assertThat(again.origin().address().id()).isEqualTo(ANA);
  }

  @Test
  void aForgedSenderGetsIntoNoThread() throws IOException {
    var answer = only(FAIL + "From: ana@x.example\nTo: " + replyAddress("ana@x.example") + "\n\nx");
    assertThat(answer.origin().address().id()).isEqualTo(ANA);
    assertThat(answer.origin().sender()).isNull();
    assertThat(answer.details()).containsEntry("meta.sender", "failed");
  }

  @Test
  void whoeverReplyToNamesIsNobody() throws IOException {
    var mail = only(PASS + "From: ana@x.example\nReply-To: boss@y.example\n\nx");
    assertThat(mail.origin().address().id()).isEqualTo("ana@x.example");
    assertThat(mail.origin().attributes()).containsEntry("email", "ana@x.example");
    assertThat(mail.details()).containsEntry("meta.reply-to", "boss@y.example");
  }

  @Test
  void aNumberInTheSubjectBelongsToNobody() throws IOException {
    house.threads.replyToken(MailHouse.ADDRESS, ANA);
    var mail = only("From: eve@y.example\nSubject: Re: [#4711] Your order\n\nlet me in");
    assertThat(mail.origin().address().id()).isEqualTo("eve@y.example?unverified");
  }

  @Test
  void anAddressOfOursNeedsProof() throws IOException {
    assertThat(outcome("From: help@shop.example\n\nx"))
        .isInstanceOf(MailTranslator.Outcome.Park.class);
    assertThat(outcome("From: " + replyAddress(ANA) + "\n\nx"))
        .isInstanceOf(MailTranslator.Outcome.Park.class);
    assertThat(
            outcome(
                "Authentication-Results: mx.shop.example; dmarc=pass header.from=shop.example\n"
                    + "From: help@shop.example\n\nx"))
        .isInstanceOf(MailTranslator.Outcome.Skip.class);
  }

  private String bounce(String status, String action) {
    String id = house.ids.make("01JD000000000000000000000A");
    house.threads.sent(ANA, id, null);
    return """
    From: MAILER-DAEMON@mx.x.example
    To: help@shop.example
    Subject: Undelivered Mail Returned to Sender
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status; boundary=b

    --b
    Content-Type: text/plain

    I am sorry.
    --b
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.x.example

    Final-Recipient: rfc822; ana@x.example
    Action: %s
    Status: %s
    Diagnostic-Code: smtp; 550 <ana@x.example> is not here

    --b
    Content-Type: text/rfc822-headers

    Message-ID: <%s>
    Subject: Your order

    --b--
    """
        .formatted(action, status, id);
  }

  @Test
  void aMailThatComesBackIsToldOfItsMessage() throws IOException {
    List<Inbound> items = items(bounce("5.2.2", "failed"));
    assertThat(items).hasSize(2);
    var receipt = (Inbound.Receipt) items.getFirst();
    assertThat(receipt.origin().address().id()).isEqualTo(ANA);
    assertThat(receipt.target()).isEqualTo(house.ids.make("01JD000000000000000000000A"));
    assertThat(receipt.state()).isEqualTo(Event.Delivery.FAILED);
    assertThat(receipt.failure())
        .isInstanceOfSatisfying(
            SendResult.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo("5.2.2");
              assertThat(refused.why()).contains("is not here").doesNotContain("ana@");
            });
    var report = (Inbound.Message) items.get(1);
    assertThat(report.origin().address().id()).isEqualTo(ANA);
    assertThat(report.automatic()).isTrue();
    assertThat(report.details()).containsEntry("mail.kind", "bounce");
    assertThat(report.origin().sender()).isNotNull();
  }

  @Test
  void aDelayChangesNothing() throws IOException {
    List<Inbound> items = items(bounce("4.4.1", "delayed"));
    assertThat(items).hasSize(1).first().isInstanceOf(Inbound.Message.class);
  }

  @Test
  void whoseAddressIsDeadIsNotWrittenToUntilHeWritesAgain() throws IOException {
    String bounce = bounce("5.1.1", "failed");
    var taken = (MailTranslator.Outcome.Take) outcome(bounce);
    assertThat(taken.items()).hasSize(3);
    assertThat((Inbound.Consent) taken.items().get(2))
        .matches(c -> !c.granted() && "undeliverable 5.1.1".equals(c.why()));
    var again = (MailTranslator.Outcome.Take) outcome("From: ana@x.example\n\nI am back");
    assertThat(again.items()).hasSize(2);
    assertThat((Inbound.Consent) again.items().getFirst()).matches(Inbound.Consent::granted);
    assertThat(((MailTranslator.Outcome.Take) outcome("From: ana@x.example\n\nx")).items())
        .hasSize(1);
  }

  @Test
  void oneHardFailureMayBeAMistakeTwoAreNot() throws IOException {
    String bounce = bounce("5.1.2", "failed");
    assertThat(((MailTranslator.Outcome.Take) outcome(bounce)).items()).hasSize(2);
    assertThat(((MailTranslator.Outcome.Take) outcome(bounce)).items()).hasSize(3);
    assertThat(((MailTranslator.Outcome.Take) outcome(bounce)).items()).hasSize(2);
  }

  @Test
  void aBounceOfAMailThatIsNotOursIsParked() throws IOException {
    String forged = bounce("5.1.1", "failed").replaceAll("Message-ID: <.*>", "Message-ID: <a@b.c>");
    assertThat(outcome(forged)).isInstanceOf(MailTranslator.Outcome.Park.class);
  }

  @Test
  void aReadReceiptMovesItsMessage() throws IOException {
    String id = house.ids.make("01JD000000000000000000000B");
    house.threads.sent(ANA, id, null);
    List<Inbound> items =
        items(
            """
            From: ana@x.example
            Subject: Read: Your order
            Content-Type: multipart/report; report-type=disposition-notification; boundary=b

            --b
            Content-Type: text/plain

            It was displayed.
            --b
            Content-Type: message/disposition-notification

            Final-Recipient: rfc822; ana@x.example
            Original-Message-ID: <%s>
            Disposition: manual-action/MDN-sent-manually; displayed

            --b--
            """
                .formatted(id));
    assertThat(items).hasSize(1);
    assertThat((Inbound.Receipt) items.getFirst())
        .matches(r -> r.target().equals(id) && r.state() == Event.Delivery.READ);
  }

  @Test
  void whatIsWrittenByMachinesCallsNobody() throws IOException {
    assertThat(only("From: a@x.example\nAuto-Submitted: auto-replied\n\naway").automatic())
        .isTrue();
    assertThat(only("From: b@x.example\nList-Id: <news.x.example>\n\nnews").details())
        .containsEntry("mail.kind", "bulk");
    assertThat(only("From: c@x.example\nList-Id: Help <help.shop.example>\n\nhelp").automatic())
        .isFalse();
    for (int i = 0; i < 10; i++) {
      only("From: d@x.example\nSubject: " + i + "\n\ntext " + i);
    }
    assertThat(only("From: d@x.example\n\nonce more").details()).containsEntry("mail.kind", "loop");
  }

  @Test
  void aMailThatWentThroughUsTooOftenIsALoop() throws IOException {
    var twice = only("From: a@x.example\nX-Hilo-Hop: " + house.ids.hop(2) + "\n\nx");
    assertThat(twice.automatic()).isFalse();
    assertThat(twice.context()).containsEntry("hop", "2");
    var often = only("From: b@x.example\nX-Hilo-Hop: " + house.ids.hop(4) + "\n\nx");
    assertThat(often.details()).containsEntry("mail.kind", "loop");
    var forged = only("From: c@x.example\nX-Hilo-Hop: 9.00\n\nx");
    assertThat(forged.automatic()).isFalse();
  }

  @Test
  void nothingIsCutFromTheRecord() throws IOException {
    var mail =
        only(
            "From: ana@x.example\n\nThanks!\n\nOn Mon, 16 Nov 2026 at 10:00, Shop"
                + " <help@shop.example> wrote:\n> It is on its way.\n");
    assertThat(said(mail)).isEqualTo("Thanks!");
    var original = ((Content.Email) mail.content()).original();
    assertThat(original).isNotNull();
    assertThat(original.raw()).isEqualTo("RAW");
    String body = new String(house.blobs.stored.get(original.body()), UTF_8);
    assertThat(body).contains("Thanks!").contains("> It is on its way.");
    int at = 0;
    for (Content.Original.Part part : original.parts()) {
      assertThat(part.start()).isEqualTo(at);
      at = part.end();
    }
    assertThat(at).isEqualTo(body.length());
    assertThat(original.parts()).extracting(Content.Original.Part::kind).contains("quoted");
  }

  @Test
  void anInvitationIsACard() throws IOException {
    var mail =
        only(
            """
            From: ana@x.example
            Content-Type: text/calendar; method=REQUEST

            BEGIN:VCALENDAR
            VERSION:2.0
            METHOD:REQUEST
            BEGIN:VEVENT
            UID:1
            SUMMARY:Fitting
            DTSTART:20261124T100000Z
            DTEND:20261124T110000Z
            ORGANIZER:mailto:ana@x.example
            LOCATION:Shop
            END:VEVENT
            END:VCALENDAR
            """);
    assertThat(mail.details())
        .containsEntry("invite.method", "request")
        .containsEntry("invite.summary", "Fitting")
        .containsEntry("invite.start", "2026-11-24T10:00:00Z")
        .containsEntry("invite.place", "Shop");
  }
}
