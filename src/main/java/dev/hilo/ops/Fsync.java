package dev.hilo.ops;

/** When Redis forces appended entries to the disk, as its setting {@code appendfsync} has it. */
public enum Fsync {
  /** Once a second: a power cut may lose the last second, a crash of a process nothing. */
  EVERYSEC,
  /** Before every reply. */
  ALWAYS
}
