package dev.hilo.store;

/** The store cannot take or give anything now; the same call may be repeated later. */
public final class StoreUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
