package dev.hilo.channel.email;

import static dev.hilo.channel.email.SendingHouse.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Content;
import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.exceptions.FailException;
import org.junit.jupiter.api.Test;

/** What we sign is believed by a verifier that others wrote, and no more than that. */
class DkimTest {
  private static final KeyPair KEYS = keys();

  private static KeyPair keys() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String settings(String key) {
    return "dkim: {domain: shop.example, selector: s1, private-key: \"%s\"}".formatted(key);
  }

  private static String pem() {
    String base64 = Base64.getEncoder().encodeToString(KEYS.getPrivate().getEncoded());
    return "-----BEGIN PRIVATE KEY-----\\n" + base64 + "\\n-----END PRIVATE KEY-----";
  }

  private static void verify(String mail) throws Exception {
    String key = Base64.getEncoder().encodeToString(KEYS.getPublic().getEncoded());
    var verifier = new DKIMVerifier((_, _, _) -> List.of("v=DKIM1; k=rsa; p=" + key));
    assertThat(verifier.verify(new ByteArrayInputStream(mail.getBytes(UTF_8)))).hasSize(1);
  }

  @Test
  void aSignatureHoldsForTheMailAsItIs() throws Exception {
    try (var peer = new SmtpPeer();
        var house =
            new SendingHouse(
                peer.port(),
                settings(pem()),
                "answers: {plus-addresses: true, unsubscribe: 'https://shop.example/leave'}")) {
      byte[] bytes = new byte[100_000];
      new java.util.Random(5).nextBytes(bytes);
      var file = SendingHouse.file(house.blobs.put(bytes, "x/y"), "x/y", 100_000, "año.bin");
      for (String text : List.of("", "é \t x  \n\n", ".\n..\nFrom\n" + "long ".repeat(900))) {
        var content = new Content.Email("Ä  " + "wide ".repeat(50), text, List.of("bob@x.example"));
        var context = Map.of("mid", "a@b.example", "refs", "<x@y.example> <z@y.example>");
        var message = message("ana@example.com", content, context);
        assertThat(house.send(SendingHouse.with(message, file)))
            .isInstanceOf(SendResult.Accepted.class);
        verify(peer.taken.getLast().text());
      }
      assertThat(peer.faults).isEmpty();

      String mail = peer.taken.getLast().text();
      assertThat(mail).startsWith("DKIM-Signature: ");
      assertRefused(mail.replaceFirst("(?m)^Subject: ", "Subject: not "));
      assertRefused(mail.replaceFirst("bob@x", "eva@x"));
      assertRefused("From: ceo@shop.example\r\n" + mail);
      assertRefused("Reply-To: evil@shop.example\r\n" + mail);
      assertRefused(mail.replace("wide", "wild"));
      assertRefused(mail + "more\r\n");
      verify("Received: by relay\r\n" + mail + "\r\n\r\n");
    }
  }

  private static void assertRefused(String mail) {
    assertThatThrownBy(() -> verify(mail)).isInstanceOf(FailException.class);
  }

  @Test
  void aKeyThatIsNoneIsSaidAtOnce() {
    assertThatThrownBy(() -> new SendingHouse(1, settings("secret-but-wrong")))
        .hasMessageContaining("private-key")
        .hasMessageNotContaining("secret-but-wrong");
  }
}
