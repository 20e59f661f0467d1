package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.CustomerId;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class KeysTest {
  /** Redis' slot of a key: CRC16 (XMODEM) of what stands between the first braces, modulo 16384. */
  private static int slot(String key) {
    int open = key.indexOf('{');
    int close = open < 0 ? -1 : key.indexOf('}', open + 1);
    String hashed = close > open + 1 ? key.substring(open + 1, close) : key;
    int crc = 0;
    for (byte b : hashed.getBytes(StandardCharsets.UTF_8)) {
      crc ^= (b & 0xff) << 8;
      for (int i = 0; i < 8; i++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
      }
      crc &= 0xffff;
    }
    return crc % 16384;
  }

  @Test
  void theSlotFunctionIsRedisOwn() {
    assertThat(slot("123456789")).isEqualTo(0x31C3);
    assertThat(slot("a{123456789}b")).isEqualTo(0x31C3);
  }

  @Test
  void aPartitionsTagIsTheSmallestNumberInItsSlot() {
    Map<Integer, Integer> smallest = new HashMap<>();
    for (int n = 0; smallest.size() < Keys.PARTITIONS; n++) {
      int slot = slot("" + n);
      if (slot % 16 == 0) {
        smallest.putIfAbsent(slot / 16, n);
      }
    }
    for (int p = 0; p < Keys.PARTITIONS; p++) {
      assertThat(Keys.tag(p)).isEqualTo("{" + smallest.get(p) + "}:");
    }
  }

  @Test
  void theFirstTagsStayAsTheyAre() {
    assertThat(IntStream.of(0, 1, 2, 511, 1023).mapToObj(Keys::tag))
        .allSatisfy(tag -> assertThat(tag).matches("\\{\\d+}:"))
        .doesNotHaveDuplicates();
    assertThat(Keys.partition(CustomerId.of("main.01ARZ3NDEKTSV4RRFFQ69G5FAV")))
        .isEqualTo(partition("main.01ARZ3NDEKTSV4RRFFQ69G5FAV"));
  }

  private static int partition(String id) {
    CRC32C crc = new CRC32C();
    crc.update(id.getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() % 1024);
  }

  @Test
  void crc32cIsTheOneOfTheStandard() {
    CRC32C crc = new CRC32C();
    crc.update("123456789".getBytes(StandardCharsets.US_ASCII));
    assertThat(crc.getValue()).isEqualTo(0xE3069283L);
  }

  @Test
  void allKeysAndChannelsOfACustomerAndItsPartitionShareASlot() {
    for (int i = 0; i < 500; i++) {
      CustomerId c = CustomerId.fresh("w" + i);
      int p = Keys.partition(c);
      assertThat(p).isEqualTo(partition(c.toString()));
      List<String> all =
          List.of(
              Keys.stream(c),
              Keys.meta(c),
              Keys.snapshot(c),
              Keys.claims(c),
              Keys.objects(c),
              Keys.devices(c),
              Keys.dedupe(c, 4),
              Keys.dedupe(c, 5),
              Keys.channel(c),
              Keys.epoch(p),
              Keys.journal(p),
              Keys.work(p),
              Keys.doorbell(p),
              Keys.own(p),
              Keys.cursors(p),
              Keys.rows(p, c.workspace()));
      assertThat(all).allSatisfy(key -> assertThat(slot(key)).isEqualTo(16 * p));
      assertThat(all).filteredOn(k -> !k.equals(Keys.work(p))).doesNotHaveDuplicates();
    }
    assertThat(slot(Keys.source("mail:inbox", "lease")))
        .isEqualTo(slot(Keys.source("mail:inbox", "token")));
  }
}
