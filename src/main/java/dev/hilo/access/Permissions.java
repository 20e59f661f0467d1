package dev.hilo.access;

import dev.hilo.conversation.CustomerId;

/**
 * The one table of rights. A visitor's device acts on its own thread only, whatever topic it names.
 */
public final class Permissions {
  private Permissions() {}

  /** What may be asked of the gateway. */
  public enum Act {
    WATCH,
    SAY,
    READ,
    TYPE,
    REACT,
    EDIT,
    PUT,
    INBOX,
    CARD,
    NOTE,
    ASSIGN,
    RESOLVE,
    REOPEN,
    LABEL,
    PRIORITY,
    ATTRIBUTES,
    JOIN,
    ASK_PROOF,
    PROVE,
    LINK
  }

  /** {@code topic}: the thread acted on; for the inbox any customer of the workspace. */
  public static boolean may(Principal who, Act act, CustomerId topic) {
    if (!who.workspace().equals(topic.workspace())) {
      return false;
    }
    return switch (who) {
      case Principal.Agent _, Principal.Integration _ ->
          switch (act) {
            case WATCH,
                SAY,
                READ,
                TYPE,
                REACT,
                EDIT,
                PUT,
                INBOX,
                CARD,
                NOTE,
                ASSIGN,
                RESOLVE,
                REOPEN,
                LABEL,
                PRIORITY,
                ATTRIBUTES,
                JOIN,
                ASK_PROOF ->
                true;
            case PROVE, LINK -> false;
          };
      case Principal.Visitor v ->
          v.home().equals(topic)
              && switch (act) {
                case WATCH, SAY, READ, TYPE, REACT, EDIT, PUT, PROVE, LINK -> true;
                case INBOX,
                    CARD,
                    NOTE,
                    ASSIGN,
                    RESOLVE,
                    REOPEN,
                    LABEL,
                    PRIORITY,
                    ATTRIBUTES,
                    JOIN,
                    ASK_PROOF ->
                    false;
              };
    };
  }
}
