package dev.hilo.channel.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmailSettingsTest {
  private static final String GOOD =
      """
      accounts:
        - id: help@shop.example
          name: Shop
          imap: {host: imap.shop.example, port: 993, user: u, password: hunter2}
          smtp: {host: smtp.shop.example, port: 587, user: u, password: hunter2}
      """;

  @Test
  void whatIsLeftOutIsSafe() {
    var settings = ConfigNode.parse(GOOD).bind(EmailSettings.class);
    var account = settings.accounts().getFirst();
    assertThat(account.imap().security()).isEqualTo(EmailSettings.Security.TLS);
    assertThat(account.imap().folders()).isEqualTo(List.of("INBOX"));
    assertThat(account.imap().firstConnect()).isEqualTo(EmailSettings.FirstConnect.FROM_NOW);
    assertThat(account.imap().idle()).isLessThan(Duration.ofMinutes(10));
    assertThat(account.smtp().security()).isEqualTo(EmailSettings.Security.STARTTLS);
    assertThat(account.trustedAuthservId()).isNull();
    assertThat(settings.toString()).doesNotContain("hunter2");
  }

  @Test
  void theExampleOfTheReferenceIsRight() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("config/gateway.yaml"));
    String example =
        lines.stream()
            .dropWhile(l -> !l.startsWith("#  - type: email"))
            .skip(1)
            .takeWhile(l -> l.startsWith("#    "))
            .map(l -> l.substring(5))
            .map(l -> l.replaceAll("file:/run/secrets/[\\w-]+", "hunter2"))
            .collect(Collectors.joining("\n"));
    var settings = ConfigNode.parse(example).bind(EmailSettings.class);
    assertThat(settings.accounts().getFirst().trustedAuthservId()).isEqualTo("mx.example.com");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id: help@shop.example | id: help | accounts[0] (line 2): an id that is a mail address",
        "port: 993 | port: 0 | accounts[0].imap (line 4): a port of 1..65535",
        "password: hunter2} | passwort: hunter2} | did you mean that?",
        "user: u, password: hunter2} | user: u} | accounts[0] (line 2): a password for each server,"
            + " or oauth",
        "name: Shop | name: '' | accounts[0] (line 2): a name of 1..100 characters"
      })
  void faultsSayWhereAndWhat(String good, String bad, String fault) {
    assertThatThrownBy(() -> ConfigNode.parse(GOOD.replace(good, bad)).bind(EmailSettings.class))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining(fault)
        .message()
        .doesNotContain("hunter2");
  }
}
