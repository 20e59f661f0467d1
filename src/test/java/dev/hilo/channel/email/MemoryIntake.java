package dev.hilo.channel.email;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Source;
import dev.hilo.conversation.Content;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The gateway's side of a source: keeps everything, as the store would. */
final class MemoryIntake implements Source.Intake {
  final List<Inbound.Message> received = new CopyOnWriteArrayList<>();
  final Map<String, String> ledger = new ConcurrentHashMap<>();
  final Map<String, Source.Parked> parked = new ConcurrentHashMap<>();
  final List<Integer> missing = new CopyOnWriteArrayList<>();
  final List<String> troubles = new CopyOnWriteArrayList<>();
  volatile @Nullable String cursor;
  volatile boolean broken;

  @Override
  public @Nullable String cursor() {
    return cursor;
  }

  @Override
  public void saveCursor(String position) {
    cursor = position;
  }

  @Override
  public boolean known(String key) {
    return ledger.containsKey(key);
  }

  @Override
  public void receive(List<Inbound> items) {
    if (broken) {
      throw new IllegalStateException("the store is gone");
    }
    for (Inbound item : items) {
      received.add((Inbound.Message) item);
    }
  }

  @Override
  public Map<String, String> outcomes(Collection<String> keys) {
    Map<String, String> known = new HashMap<>(ledger);
    known.keySet().retainAll(keys);
    return known;
  }

  @Override
  public void account(String key, String outcome) {
    ledger.put(key, outcome);
  }

  @Override
  public void park(String key, String why, @Nullable String blob) {
    ledger.put(key, "parked: " + why);
    parked.put(key, new Source.Parked(why, blob, Instant.now()));
  }

  @Override
  public Source.@Nullable Parked parked(String key) {
    return parked.get(key);
  }

  @Override
  public void missing(int count) {
    missing.add(count);
  }

  @Override
  public void trouble(String why) {
    troubles.add(why);
  }

  /** What the mails say, in the order in which they came. */
  List<String> texts() {
    return received.stream()
        .map(
            m ->
                switch (m.content()) {
                  case Content.Email mail -> mail.text();
                  case Content other -> other.toString();
                })
        .toList();
  }

  /** The outcomes of the UIDs, by rising UID, of the newest numbering. */
  List<String> outcomes(long uidValidity) {
    return ledger.keySet().stream()
        .filter(k -> k.startsWith(uidValidity + "|"))
        .sorted(Comparator.comparingLong(k -> Long.parseLong(k.substring(k.indexOf('|') + 1))))
        .map(ledger::get)
        .toList();
  }
}
