package dev.hilo.conversation;

/** One thing that happened, at its place in a stream. */
public record Entry(Position position, Header header, Event event) {}
