package dev.hilo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import dev.hilo.GatewayConfig;
import dev.hilo.channel.ChannelType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which room may see which. Arrows only go down. */
class ArchitectureTest {
  private static final String ROOT = "dev.hilo";
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .importUrl(GatewayConfig.class.getProtectionDomain().getCodeSource().getLocation());

  /**
   * The rooms below each room. The composition root sees all; {@code channel.x} is {@code
   * channel.*} here, unless it belongs to a family.
   */
  private static final Map<String, List<String>> BELOW = new TreeMap<>();

  static {
    List<String> domain = List.of("conversation", "workspace");
    BELOW.put("workspace", List.of());
    BELOW.put("conversation", List.of("workspace"));
    BELOW.put("codec", domain);
    BELOW.put("config", List.of());
    BELOW.put("identity", domain);
    BELOW.put("desk", domain);
    BELOW.put("access", domain);
    BELOW.put("channel", List.of("config", "conversation"));
    BELOW.put("channel.*", List.of("channel", "config", "conversation"));
    List<String> meta = List.of("channel", "channel.meta", "config", "conversation");
    BELOW.put("channel.whatsapp", meta);
    BELOW.put("channel.messenger", meta);
    BELOW.put("channel.instagram", meta);
    BELOW.put("store", List.of("codec", "conversation", "workspace"));
    BELOW.put("ops", List.of("store"));
    BELOW.put(
        "core",
        List.of(
            "desk",
            "identity",
            "access",
            "channel",
            "config",
            "store",
            "codec",
            "conversation",
            "workspace"));
    BELOW.put("reader", List.of("store", "codec", "conversation", "workspace"));
    BELOW.put(
        "live",
        List.of("reader", "desk", "access", "core", "store", "codec", "conversation", "workspace"));
    BELOW.put(
        "people",
        List.of("access", "core", "store", "codec", "conversation", "workspace", "config"));
    BELOW.put(
        "http",
        List.of(
            "live",
            "reader",
            "core",
            "desk",
            "identity",
            "access",
            "store",
            "channel",
            "codec",
            "conversation",
            "workspace",
            "people",
            "config",
            "ops"));
    BELOW.put("demo", List.of("config"));
  }

  /**
   * The room of a class: the part of its package below {@code dev.hilo}; empty for the composition
   * root.
   */
  private static String room(JavaClass c) {
    String name = c.getPackageName();
    if (name.equals(ROOT)) {
      return "";
    }
    String below = name.substring(ROOT.length() + 1);
    if (below.startsWith("channel.")) {
      return "channel." + below.split("\\.")[1];
    }
    int dot = below.indexOf('.');
    return dot < 0 ? below : below.substring(0, dot);
  }

  private static String rule(String room) {
    return room.startsWith("channel.") && !BELOW.containsKey(room) ? "channel.*" : room;
  }

  @Test
  void arrowsOnlyGoDown() {
    assertThat(HOUSE).hasSizeGreaterThan(100);
    Set<String> wrong = new TreeSet<>();
    for (JavaClass c : HOUSE) {
      String from = room(c);
      if (from.isEmpty()) {
        continue;
      }
      List<String> allowed = BELOW.get(rule(from));
      assertThat(allowed).as("a room without a rule: %s", from).isNotNull();
      for (Dependency d : c.getDirectDependenciesFromSelf()) {
        JavaClass target = d.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(ROOT)) {
          String to = room(target);
          if (!to.equals(from) && !allowed.contains(to)) {
            wrong.add(
                from + " must not see " + (to.isEmpty() ? ROOT : to) + ": " + d.getDescription());
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void thereAreNoCycles() {
    SlicesRuleDefinition.slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void theDomainKnowsOnlyTheJdk() {
    assertThat(foreign("workspace", "java.", "org.jspecify.annotations.")).isEmpty();
    assertThat(foreign("conversation", "java.", "org.jspecify.annotations.", ROOT)).isEmpty();
    assertThat(foreign("identity", "java.", "org.jspecify.annotations.", ROOT)).isEmpty();
    assertThat(foreign("desk", "java.", "org.jspecify.annotations.", ROOT)).isEmpty();
  }

  private static Set<String> foreign(String room, String... known) {
    Set<String> foreign = new TreeSet<>();
    for (JavaClass c : HOUSE) {
      if (room(c).equals(room)) {
        for (Dependency d : c.getDirectDependenciesFromSelf()) {
          JavaClass target = d.getTargetClass().getBaseComponentType();
          boolean fine =
              target.isPrimitive()
                  || room(target, room)
                  || Arrays.stream(known).anyMatch(target.getName()::startsWith);
          if (!fine) {
            foreign.add(d.getDescription());
          }
        }
      }
    }
    return foreign;
  }

  private static boolean room(JavaClass c, String room) {
    return c.getPackageName().equals(ROOT + "." + room);
  }

  @Test
  void onlyTheStoreSpeaksToRedis() {
    Set<String> wrong =
        HOUSE.stream()
            .filter(c -> !room(c).equals("store"))
            .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
            .filter(d -> d.getTargetClass().getPackageName().startsWith("io.vertx.redis"))
            .map(Dependency::getDescription)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(wrong).isEmpty();
  }

  @Test
  void nothingBelowTheChannelsNamesOne() throws IOException {
    Set<String> names = new HashSet<>();
    for (ChannelType<?> type : ServiceLoader.load(ChannelType.class)) {
      names.add(type.name());
    }
    names.removeAll(Set.of("teams", "x")); // words for other things, too
    Set<String> wrong = new TreeSet<>();
    for (JavaClass c : HOUSE) {
      String room = room(c);
      if (!room.isEmpty() && !room.startsWith("channel.") && !room.equals("demo")) {
        texts(c).stream()
            .filter(names::contains)
            .forEach(n -> wrong.add(c.getName() + " names " + n));
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** The text constants of a class. */
  private static Set<String> texts(JavaClass c) throws IOException {
    String file = "/" + c.getName().replace('.', '/') + ".class";
    try (InputStream in = ArchitectureTest.class.getResourceAsStream(file)) {
      Set<String> texts = new HashSet<>();
      for (PoolEntry entry :
          ClassFile.of().parse(Objects.requireNonNull(in, file).readAllBytes()).constantPool()) {
        if (entry instanceof StringEntry text) {
          texts.add(text.stringValue());
        }
      }
      return texts;
    }
  }

  @Test
  void thePackagesAreNullMarked() {
    Set<String> unmarked = new TreeSet<>();
    for (JavaClass c : HOUSE) {
      if (!c.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
        unmarked.add(c.getPackageName());
      }
    }
    assertThat(unmarked).isEmpty();
  }
}
