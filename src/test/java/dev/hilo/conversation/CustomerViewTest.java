package dev.hilo.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.codec.Wire;
import dev.hilo.testing.Histories;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.Shrink;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What a customer's device is told never holds what is not for it: searched for in the JSON that
 * leaves the house.
 */
class CustomerViewTest {
  private static final Map<String, String> NAMES = Map.of("ana", "Ana", "ben", "Ben");

  /** Where a text stands that a customer may read; everywhere else it is a secret. */
  private static String text(Class<?> of, String component) {
    boolean shown =
        of.getName().startsWith(Content.class.getName())
            && !(of == Content.Unsupported.class && component.equals("raw"))
            && !(of == Content.Media.class
                && (component.equals("ref") || component.equals("failed")));
    shown |= of == Event.ReactionChanged.class && component.equals("emoji");
    shown |= of == Event.MediaStored.class;
    shown |= of == Event.HandedOff.class && component.equals("to");
    return shown ? "open" : "SECRET of " + of.getSimpleName() + "." + component;
  }

  @Seeds(200)
  void noSecretLeaves(Random random) {
    Histories histories = new Histories(random, CustomerViewTest::text);
    List<Entry> history = histories.entries(100);
    for (int i = 0; i < 4; i++) {
      String home = Histories.home(i);
      Shrink.check(
          history,
          entries -> {
            Scopes scopes = Scopes.NONE;
            for (Entry entry : entries) {
              scopes = scopes.after(entry.event());
              CustomerView view = CustomerView.of(entry, scopes.of(home), NAMES::get);
              if (view != null) {
                assertThat(Wire.customer(view).toString())
                    .doesNotContain("SECRET", "via", "\"ana\"", "\"ben\"");
              }
            }
          });
    }
  }

  @Seeds(200)
  void nothingIsToldOfHomesThatAreNotProvedToBeTheSamePerson(Random random) {
    List<Entry> history = Histories.of(random).entries(100);
    for (int i = 0; i < 4; i++) {
      String home = Histories.home(i);
      Shrink.check(
          history,
          entries -> {
            Scopes scopes = Scopes.NONE;
            for (Entry entry : entries) {
              scopes = scopes.after(entry.event());
              Header h = entry.header();
              CustomerView view = CustomerView.of(entry, scopes.of(home), NAMES::get);
              if (view == null) {
                continue;
              }
              assertThat(h.aud()).isEqualTo(Audience.ALL);
              boolean seenByUs =
                  entry.event() instanceof Event.ReadMarked && h.by().kind() == Author.Kind.AGENT;
              assertThat(seenByUs || connected(entries, home, h.home(), entry))
                  .as("%s sees %s", home, entry)
                  .isTrue();
            }
          });
    }
  }

  /**
   * The rule again, slowly: is there a chain of verified evidence between the two up to this entry?
   */
  private static boolean connected(List<Entry> entries, String from, String to, Entry upTo) {
    Set<String> reached = new java.util.TreeSet<>(Set.of(from));
    for (boolean grows = true; grows; ) {
      grows = false;
      for (Entry entry : entries.subList(0, entries.indexOf(upTo) + 1)) {
        List<List<String>> proofs =
            switch (entry.event()) {
              case Event.IdentityObserved o when o.strength().verified() -> List.of(o.homes());
              case Event.CustomersMerged m when m.strength().verified() ->
                  java.util.stream.Stream.concat(
                          m.proved().stream(), java.util.stream.Stream.of(m.homes()))
                      .toList();
              case Event.CustomersMerged m -> m.proved();
              default -> List.<List<String>>of();
            };
        for (List<String> proof : proofs) {
          if (proof.stream().anyMatch(reached::contains)) {
            grows |= reached.addAll(proof);
          }
        }
      }
    }
    return reached.contains(to);
  }

  @Test
  void anAgentsWordJoinsTheAgentsViewOnly() {
    List<String> homes = List.of(Histories.home(0), Histories.home(1));
    for (Strength strength : Strength.values()) {
      Scopes scopes =
          Scopes.NONE.after(new Event.IdentityObserved(homes, List.of("a", "b"), strength, "m"));
      assertThat(scopes.of(homes.get(0)).contains(homes.get(1)))
          .isEqualTo(strength == Strength.CODE || strength == Strength.PLATFORM);
    }
  }

  @Test
  void onlyTheListedTypesAreForCustomersAtAll() {
    Random random = new Random(3);
    Set<String> all =
        Set.of(
            "MessageAdded",
            "MessageEdited",
            "MessageRemoved",
            "ReactionChanged",
            "DeliveryChanged",
            "ReadMarked",
            "MediaStored",
            "MediaFailed",
            "HandedOff",
            "ConversationOpened",
            "ConversationResolved");
    for (Entry entry : Histories.of(random).entries(3000)) {
      assertThat(entry.header().aud() == Audience.ALL)
          .isEqualTo(all.contains(entry.event().type()));
    }
  }
}
