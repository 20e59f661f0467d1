package dev.hilo.load.peer;

/** What one publisher says and watchers hear. */
public final class Topic {
  private final int number;
  private String name;
  private Acked acked = _ -> {};

  /** Told when the peer says that it has a message. */
  public interface Acked {
    void message(int seq);
  }

  public Topic(int number) {
    this.number = number;
    this.name = "t" + number;
  }

  public int number() {
    return number;
  }

  /** What the peer calls it. */
  public String name() {
    return name;
  }

  void name(String given) {
    name = given;
  }

  public void onAck(Acked then) {
    acked = then;
  }

  void acked(int seq) {
    acked.message(seq);
  }
}
