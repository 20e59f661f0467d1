package dev.hilo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.codec.Json;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import dev.hilo.conversation.Position;
import dev.hilo.core.Desks;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import dev.hilo.workspace.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is written out is read back as the same. */
class ExportTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static final ChannelTypes TYPES = new ChannelTypes();

  @TempDir Path folder;

  private static GatewayConfig parse(String yaml) {
    return ConfigNode.parse(yaml).bind(GatewayConfig.class);
  }

  /** All items of a file as JSON, by kind and id. */
  private static Map<String, String> items(GatewayConfig.Workspace workspace) {
    Map<String, String> items = new TreeMap<>();
    for (Item item : FirstContent.of(workspace, TYPES).items()) {
      var json = Json.object(item);
      json.remove("vault");
      items.put(item.kind() + " " + item.id(), json.toString());
    }
    return items;
  }

  private String file() {
    return """
    workspace: %s
    inboxes:
      - {key: shop, name: Shop, origins: ["https://shop.example"], greeting: "Hi: #1 ñ 😀", hours: office}
    users:
      - {id: ana, name: Ana, email: ana@example.com, roles: [administrator, agent], teams: [shop], language: es}
      - {id: old, name: "on", roles: [], suspended: true}
    teams: [{id: shop, name: The shop, inboxes: ["web:shop"]}]
    roles: [{id: reader, name: Reads, acts: [desk]}]
    labels: [{id: vip, name: VIP, colour: purple}]
    canned-answers: [{id: hi, shortcut: hi, text: "Hello {{name}}\\nbye", language: en}]
    office-hours:
      - id: office
        name: Office
        zone: Europe/Madrid
        week: [{day: 1, from: 09:00, to: 13:00}, {day: 5, from: "22:00", to: "02:00"}]
        holidays: [{date: 2026-12-25, name: Xmas}, {date: "2026-12-24", name: Eve, periods: [{from: "09:00", to: "12:00"}]}]
    views: [{id: vips, name: VIPs, filter: open, labels: [vip]}]
    rules: [{id: money, name: Money, words: ["yes", "12"], labels: [vip], priority: high, assignee: ana}]
    api-keys:
      - {name: crm, key: key-of-the-crm-0123456789, role: bot, acts: [say], requests: 10}
      - id: two
        name: The second
        hashes:
          - {hash: n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg}
          - {hash: n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCga, until: "2030-01-02T03:04:05.678Z"}
        expires: "2031-01-01T00:00:00Z"
    policy: {second-factor: required, session-days: 3}
    channels:
      - type: webhook
        endpoint: hook
        account: crm
        name: CRM
        signing-secrets: [%s, %s]
      - type: email
        accounts:
          - id: help@shop.example
            name: Help
            imap: {host: imap.shop.example, port: 993, user: help, password: hidden2}
            smtp: {host: smtp.shop.example, port: 587, user: help, password: hidden2}
    more-workspaces:
      - name: acme
        users: [{id: eve, name: Eve, roles: [administrator]}]
        labels: [{id: vip, name: Other, colour: red}]
    """
        .formatted(redis.workspace(), SIGNING, SIGNING);
  }

  private static final String SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  /** Puts the secrets where the export says, below the folder of the test. */
  private String withSecrets(String yaml) {
    Matcher named = Pattern.compile("file:(/run/secrets/(\\S+)) #.*").matcher(yaml);
    return named.replaceAll(
        found -> {
          try {
            Path file = folder.resolve(found.group(2));
            Files.writeString(file, found.group(2).contains("signing") ? SIGNING : "hidden3");
            return Matcher.quoteReplacement("file:" + file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void theSameFileStartsTheSameDesks() throws Exception {
    GatewayConfig config = parse(file());
    String yaml = Export.of(config, redis.uri());
    assertThat(yaml)
        .doesNotContain("hidden2", SIGNING, "key-of-the-crm")
        .contains("#", "signing-secrets-1", "hash:");
    GatewayConfig again = parse(withSecrets(yaml));
    for (int i = 0; i < config.workspaces().size(); i++) {
      assertThat(items(again.workspaces().get(i))).isEqualTo(items(config.workspaces().get(i)));
    }
    FirstContent.check(again.channels(), TYPES);
    assertThat(Export.of(again, redis.uri()).replaceAll("file:\\S+", ""))
        .isEqualTo(yaml.replaceAll("file:\\S+( #.*)?", ""));
  }

  @Test
  void whatWasEditedIsWrittenAndWhatWasTakenAwayIsNot() throws Exception {
    GatewayConfig config = parse(file());
    TestNode node = redis.node();
    Roster roster =
        new Roster(
            redis.workspace(), FirstContent.of(config.workspaces().getFirst(), TYPES).items());
    roster.follow(roster.with(Map.of()), Position.START);
    Desks desks = new Desks(new Rosters(List.of(roster)), node.roots, node.streams);
    Principal ana = new Principal.Agent(redis.workspace(), "ana", "Ana", Principal.Seat.UNKNOWN);
    node.await(() -> desks.put(ana, new Item.Label("vip", "Edited", "teal"), null));
    node.await(() -> desks.put(ana, new Item.Label("new", "New", "red"), null));
    node.await(() -> desks.remove(ana, Item.Kind.VIEW, "vips", null));
    node.await(() -> desks.remove(ana, Item.Kind.ENDPOINT, "hook", null));
    GatewayConfig again = parse(withSecrets(Export.of(config, redis.uri())));
    Map<String, String> wanted = items(config.workspaces().getFirst());
    wanted.keySet().removeAll(List.of("VIEW vips", "ENDPOINT hook"));
    wanted.put("LABEL vip", Json.object(new Item.Label("vip", "Edited", "teal")).toString());
    wanted.put("LABEL new", Json.object(new Item.Label("new", "New", "red")).toString());
    assertThat(items(again.workspaces().getFirst())).isEqualTo(wanted);
  }

  @Test
  void theKeyIsMadeForItsOwnerAndRefusedWhereOthersMayReadIt() throws Exception {
    GatewayConfig config = parse("data: " + folder);
    byte[] key = InstallationKey.of(config);
    Path file = folder.resolve("installation.key");
    assertThat(key).hasSize(32);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(InstallationKey.of(config)).isEqualTo(key);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> InstallationKey.of(config))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("installation.key")
        .hasMessageContaining("chmod 600");
  }

  @Test
  void badItemsAreNamed() {
    assertThatThrownBy(
            () ->
                parse(
                    """
                    labels: [{id: a, name: A, colour: pink}, {id: a, name: B, colour: red}]
                    office-hours: [{id: o, name: O, zone: Mars/Base}]
                    api-keys: [{name: x, key: key-of-the-crm-0123456789, hash: short}]
                    policy: {session-days: 0}
                    views: [{id: v, name: V, filtre: open}]
                    """))
        .hasMessageContaining("api-keys[0] (line 3): one of key, hash and hashes is wanted")
        .hasMessageContaining("hash")
        .hasMessageContaining("policy (line 4): of the policy, sessionDays must be 1 to 90")
        .hasMessageContaining("filter (did you mean that?)");
    assertThatThrownBy(
            () ->
                parse(
                    """
                    labels: [{id: a, name: A, colour: pink}, {id: a, name: B, colour: red}]
                    more-workspaces: [{name: acme, office-hours: [{id: o, name: O, zone: Mars/Base}]}]
                    """))
        .hasMessageContaining("zone must be a time zone");
    assertThatThrownBy(
            () -> parse("labels: [{id: a, name: A, colour: pink}, {id: a, name: B, colour: red}]"))
        .hasMessageContaining("labels[0]: colour must be one of grey")
        .hasMessageContaining("labels must each have an id of their own");
  }
}
