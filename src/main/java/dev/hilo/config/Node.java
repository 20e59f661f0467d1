package dev.hilo.config;

import java.util.List;
import java.util.SequencedMap;

/** A piece of configuration as it was written, not yet of any type. */
sealed interface Node {
  /** Where it was set: {@code line 12}, an environment variable, or empty. */
  String origin();

  /** What it is, for a message; never its content. */
  String kind();

  record Scalar(String text, String origin) implements Node {
    @Override
    public String kind() {
      return "a single value";
    }

    @Override
    public String toString() {
      return kind();
    }
  }

  record Items(List<Node> items, String origin) implements Node {
    @Override
    public String kind() {
      return "a list";
    }
  }

  record Block(SequencedMap<String, Node> entries, String origin) implements Node {
    @Override
    public String kind() {
      return "a block of keys";
    }
  }

  /** A key with nothing after it: as good as not written. */
  record Nothing(String origin) implements Node {
    @Override
    public String kind() {
      return "nothing";
    }
  }
}
