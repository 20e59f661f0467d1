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
    int sessions) {}
