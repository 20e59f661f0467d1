package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.people.Totp;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a second factor is asked for, nothing but the way to one is open without. */
class SecondFactorDueTest extends OnTwoNodes {
  private static final int COME_BACK = 4004;

  @Test
  void whoLacksItCanOnlySetItUp() throws Exception {
    Rest boss = Rest.agent(a, "Boss");
    Rest there = Rest.agent(b, "Boss");
    try (SocketClient open = SocketClient.agent(nodes, b, there)) {
      Rest.Answer set =
          boss.put(
              "/api/v1/desk/policy/policy",
              Rest.object("secondFactor", "required", "sessionDays", 14, "auditDays", 30));
      assertThat(set.status()).as(set.body()).isEqualTo(200);
      assertThat(open.awaitClose()).isEqualTo(COME_BACK);
    }
    for (Rest.Answer refused :
        List.of(
            boss.get("/api/v1/desk"), boss.get("/api/v1/inbox"), boss.post("/api/v1/ticket", ""))) {
      assertThat(refused.status()).as(refused.body()).isEqualTo(403);
      assertThat(refused.code()).isEqualTo("second-factor-due");
    }
    assertThat(boss.get("/api/v1/session").json().path("secondFactorDue").asBoolean()).isTrue();
    Rest program = Rest.nobody(a).with("Authorization", "Bearer " + Nodes.API_KEY);
    assertThat(program.get("/api/v1/inbox").status()).as("a program has none").isEqualTo(200);
    String secret = boss.post("/api/v1/me/totp", "{}").json().path("secret").asText();
    String code = Totp.code(secret, System.currentTimeMillis() / 30_000);
    assertThat(boss.put("/api/v1/me/totp", Rest.object("code", code)).status()).isEqualTo(200);
    assertThat(boss.get("/api/v1/inbox").status()).isEqualTo(200);
    try (SocketClient again = SocketClient.agent(nodes, a, boss)) {
      assertThat(again.isOpen()).isTrue();
    }
  }
}
