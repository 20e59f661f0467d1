package dev.hilo.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads YAML text into nodes. Of YAML's many features only blocks, lists and values are taken;
 * anchors, aliases and tags are faults, because a password that begins with their sign would vanish
 * silently.
 */
final class YamlReader {
  private static final int MAX_CHARS = 1_000_000;
  private static final Set<Tag> PLAIN_TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.TIMESTAMP, Tag.NULL, Tag.SEQ, Tag.MAP);

  private final List<Fault> faults;

  YamlReader(List<Fault> faults) {
    this.faults = faults;
  }

  Node read(String text) {
    var options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARS);
    options.setMaxAliasesForCollections(0);
    try {
      var root = new Yaml(options).compose(new StringReader(text));
      return root == null ? new Node.Nothing("") : node(root, "");
    } catch (MarkedYAMLException e) {
      faults.add(new Fault("", at(e.getProblemMark()), null, "not valid YAML: " + problem(e)));
    } catch (YAMLException e) {
      faults.add(new Fault("", "", null, "not valid YAML, or more than " + MAX_CHARS + " letters"));
    }
    return new Node.Nothing("");
  }

  private Node node(org.yaml.snakeyaml.nodes.Node yaml, String path) {
    String origin = at(yaml.getStartMark());
    if (yaml.getAnchor() != null || !(PLAIN_TAGS.contains(yaml.getTag()) || isMerge(yaml))) {
      faults.add(
          new Fault(
              path,
              origin,
              null,
              "anchors (&) and tags (!) are not used here; quote text that begins so"));
      return new Node.Nothing(origin);
    }
    return switch (yaml) {
      case MappingNode mapping -> block(mapping, path, origin);
      case SequenceNode sequence -> {
        var items = new ArrayList<Node>();
        for (var item : sequence.getValue()) {
          items.add(node(item, path + "[" + items.size() + "]"));
        }
        yield new Node.Items(items, origin);
      }
      case ScalarNode scalar ->
          scalar.getTag().equals(Tag.NULL)
              ? new Node.Nothing(origin)
              : new Node.Scalar(scalar.getValue(), origin);
      default -> throw new IllegalStateException("unknown kind of YAML node");
    };
  }

  private Node block(MappingNode mapping, String path, String origin) {
    var entries = new LinkedHashMap<String, Node>();
    for (var tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        faults.add(
            new Fault(
                path, at(tuple.getKeyNode().getStartMark()), "a key of several values", "a name"));
        continue;
      }
      String keyPath = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
      Node value = node(tuple.getValueNode(), keyPath);
      Node first = entries.putIfAbsent(key.getValue(), value);
      if (first != null) {
        faults.add(
            new Fault(
                keyPath,
                at(key.getStartMark()),
                null,
                "is given twice, first near " + first.origin()));
      }
    }
    return new Node.Block(entries, origin);
  }

  private static boolean isMerge(org.yaml.snakeyaml.nodes.Node yaml) {
    return yaml.getTag().equals(Tag.MERGE);
  }

  private static String problem(MarkedYAMLException e) {
    String problem = e.getProblem();
    return problem == null || problem.contains("alias")
        ? "text that begins with * must be quoted"
        : problem;
  }

  private static String at(@Nullable Mark mark) {
    return mark == null ? "" : "line " + (mark.getLine() + 1);
  }
}
