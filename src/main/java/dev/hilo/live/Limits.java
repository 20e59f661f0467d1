package dev.hilo.live;

/**
 * What one socket may do. {@code frameBytes}: of one frame; {@code unacked}: says without an ack;
 * {@code sessions}: of one event loop; {@code perDevice}: sockets of one device on this node.
 */
public record Limits(
    int frameBytes,
    int framesPerSecond,
    int unacked,
    int topics,
    int perDevice,
    int beatSeconds,
    int sessions) {
  private static final int SILENCE_SECONDS = 60;

  /**
   * After so long without an answer, and without a byte taken, a peer counts as gone: a minute, but
   * never before it missed two beats, and with short beats after three.
   */
  int silenceSeconds() {
    return Math.min(3 * beatSeconds, Math.max(SILENCE_SECONDS, 2 * beatSeconds + 1));
  }
}
