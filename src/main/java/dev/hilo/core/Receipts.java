package dev.hilo.core;

import dev.hilo.channel.Inbound;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Event;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Receipts of one delivery that say the same of several messages to one address become one entry. A
 * delivery that is repeated in another cut does no harm: a receipt that is no news is dropped.
 */
final class Receipts {
  /** So many messages in one entry, which has to stay small. */
  private static final int MOST = 100;

  private Receipts() {}

  private record Same(String account, Address address, Event.Delivery state) {}

  /** The items in their order; those that belong together stand where the first of them stood. */
  static List<List<Inbound>> gathered(List<Inbound> items) {
    if (items.size() < 2) {
      return items.isEmpty() ? List.of() : List.of(items);
    }
    List<List<Inbound>> runs = new ArrayList<>();
    Map<Same, List<Inbound>> open = new LinkedHashMap<>();
    for (Inbound item : items) {
      if (item instanceof Inbound.Receipt r && r.failure() == null && r.correlation() == null) {
        Same same = new Same(r.origin().account(), r.origin().address(), r.state());
        List<Inbound> run = open.get(same);
        if (run == null || run.size() == MOST) {
          run = new ArrayList<>();
          open.put(same, run);
          runs.add(run);
        }
        run.add(item);
      } else {
        runs.add(List.of(item));
      }
    }
    return runs;
  }
}
