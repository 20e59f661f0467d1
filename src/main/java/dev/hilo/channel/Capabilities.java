package dev.hilo.channel;

/**
 * What a channel can carry, read by the composer and the keeper.
 *
 * @param textLimit the longest text in characters (UTF-16 units)
 * @param repeatable sending the same {@link Outbound} twice is harmless (the platform or the
 *     receiver collapses it)
 */
public record Capabilities(
    int textLimit, boolean media, boolean choices, boolean receipts, boolean repeatable) {}
