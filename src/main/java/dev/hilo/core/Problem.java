package dev.hilo.core;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.store.StoreUnavailable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** An expected refusal, as sockets and REST show it. The codes are part of the protocol. */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The one table of error codes. */
  public enum Code {
    BAD_FRAME("bad-frame", 400, false),
    UNKNOWN_FRAME("unknown-frame", 400, false),
    HELLO_FIRST("hello-first", 400, false),
    BAD_REQUEST("bad-request", 400, false),
    BAD_TICKET("bad-ticket", 401, false),
    BAD_TOKEN("bad-token", 401, false),
    BAD_LINK("bad-link", 401, false),
    BAD_CREDENTIALS("bad-credentials", 401, false),
    WEAK_PASSWORD("weak-password", 400, false),
    UNAUTHORIZED("unauthorized", 401, false),
    FORBIDDEN_ORIGIN("forbidden-origin", 403, false),
    FORBIDDEN("forbidden", 403, false),
    OIDC_FAILED("oidc-failed", 401, false),
    OIDC_UNKNOWN("oidc-unknown", 403, false),
    WRONG_PASSWORD("wrong-password", 403, false),
    SECOND_FACTOR_DUE("second-factor-due", 403, false),
    WRONG_CODE("wrong-code", 401, false),
    UNKNOWN_TOPIC("unknown-topic", 404, false),
    UNKNOWN_ACTION("unknown-action", 404, false),
    STALE_VIEW("stale-view", 409, false),
    CONFLICT("conflict", 409, true),
    OBJECT_CONFLICT("object-conflict", 409, false),
    LAST_ADMINISTRATOR("last-administrator", 409, false),
    CHANGED_MEANWHILE("changed-meanwhile", 412, false),
    NO_ROUTE("no-route", 409, false),
    REFUSED("refused", 409, false),
    WINDOW_CLOSED("window-closed", 409, false),
    UNSUITABLE("unsuitable", 409, false),
    ALREADY_THERE("already-there", 409, false),
    TOO_LARGE("too-large", 413, false),
    TOO_MANY_FRAMES("too-many-frames", 429, true),
    TOO_MANY_UNACKED("too-many-unacked", 429, true),
    TOO_MANY_TOPICS("too-many-topics", 429, false),
    TOO_MANY_DEVICES("too-many-devices", 429, false),
    TOO_MANY_TRIES("too-many-tries", 429, true),
    LOCKED("locked", 429, true),
    OVERLOADED("overloaded", 503, true),
    MAIL_FAILED("mail-failed", 503, true),
    TOO_MANY_REQUESTS("too-many-requests", 429, true),
    STORE_UNAVAILABLE("store-unavailable", 503, true),
    DRAINING("draining", 503, true),
    INTERNAL("internal", 500, true);

    private final String word;
    private final int status;
    private final boolean temporary;

    Code(String word, int status, boolean temporary) {
      this.word = word;
      this.status = status;
      this.temporary = temporary;
    }

    public String word() {
      return word;
    }

    /** The HTTP status that goes with it. */
    public int status() {
      return status;
    }

    /** True if the same request may succeed later. */
    public boolean temporary() {
      return temporary;
    }
  }

  private final Code code;
  private final transient @Nullable JsonNode detail;

  public Problem(Code code, String title) {
    this(code, title, null);
  }

  public Problem(Code code, String title, @Nullable JsonNode detail) {
    super(title, null, false, false);
    this.code = code;
    this.detail = detail;
  }

  /** Whatever went wrong, as a problem; what is not expected says nothing of its inside. */
  public static Problem of(Throwable e) {
    return switch (e) {
      case Problem p -> p;
      case StoreUnavailable _ ->
          new Problem(Code.STORE_UNAVAILABLE, "the store does not answer now; try again");
      default -> new Problem(Code.INTERNAL, "something went wrong here; it was logged");
    };
  }

  /** As {@code e}, or as a problem that may pass if files cannot be written or read now. */
  public static Throwable ofFiles(Throwable e) {
    return e instanceof IOException && !(e instanceof NoSuchFileException)
        ? new Problem(Code.STORE_UNAVAILABLE, "files cannot be kept or read now; try again")
        : e;
  }

  public Code code() {
    return code;
  }

  public String title() {
    return String.valueOf(getMessage());
  }

  public @Nullable JsonNode detail() {
    return detail;
  }
}
