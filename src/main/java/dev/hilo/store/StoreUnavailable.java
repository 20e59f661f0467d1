package dev.hilo.store;

import org.jspecify.annotations.Nullable;

/** The store cannot take or give anything now; the same call may be repeated later. */
public final class StoreUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StoreUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
