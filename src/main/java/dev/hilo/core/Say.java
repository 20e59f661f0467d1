package dev.hilo.core;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.FileType;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Position;
import dev.hilo.store.Blobs;
import org.jspecify.annotations.Nullable;

/**
 * Something to say.
 *
 * @param id chosen by who says it; the same id is the same message
 * @param route key of the address to answer on, or {@code auto}
 * @param basedOn the newest entry its author has seen, or null
 * @param replyTo our id of the message it answers, or null
 * @param force say it even if that is old
 * @param despite the obstacle that its author knows of and overrides, by its word; or null
 */
public record Say(
    String id,
    Content content,
    String route,
    @Nullable String replyTo,
    @Nullable Position basedOn,
    boolean force,
    @Nullable String despite) {
  private static final int LONGEST_ID = 64;
  private static final int LONGEST_NAME = 150;

  /** Something that answers nothing in particular and overrides no obstacle. */
  public Say(String id, Content content, String route, @Nullable Position basedOn, boolean force) {
    this(id, content, route, null, basedOn, force, null);
  }

  /** Reads the fields of a {@code say} frame; throws {@link Problem} that names the field. */
  public static Say of(JsonNode frame) {
    String id = frame.path("id").asText("");
    if (id.isEmpty() || id.length() > LONGEST_ID) {
      throw bad("id must have 1.." + LONGEST_ID + " characters");
    }
    String route = frame.path("to").path("route").asText(frame.path("route").asText("auto"));
    return new Say(
        id,
        content(frame.path("content")),
        route,
        frame.path("replyTo").textValue(),
        position(frame, "basedOn"),
        frame.path("force").asBoolean(false),
        despite(frame));
  }

  private static @Nullable String despite(JsonNode frame) {
    String word = frame.path("despite").textValue();
    if (word != null && !word.matches("[a-z-]{1,32}")) {
      throw bad("despite must be an obstacle like opt-out");
    }
    return word;
  }

  Say with(Content other) {
    return new Say(id, other, route, replyTo, basedOn, force, despite);
  }

  /** Reads the content of a message that somebody wants to send. */
  public static Content content(JsonNode node) {
    try {
      Content content = Json.read(node, Content.class);
      String text =
          switch (content) {
            case Content.Text t -> t.text();
            case Content.Choices c -> c.text();
            case Content.Choice c -> c.id();
            case Content.Template t -> t.name();
            case Content.Media m -> m.blob();
            case Content.Location _,
                Content.Contact _,
                Content.Form _,
                Content.Card _,
                Content.Email _,
                Content.Unsupported _ ->
                throw bad("content.type must be text, media, choices, choice or template");
          };
      if (text == null || text.isBlank()) {
        throw bad("content says nothing");
      }
      return content instanceof Content.Media m ? file(m) : content;
    } catch (Json.BadJson e) {
      throw bad("content: " + e.getMessage());
    }
  }

  /** Only what was uploaded can be sent: what somebody calls fetched or failed is not believed. */
  private static Content.Media file(Content.Media m) {
    if (m.blob() == null || Blobs.home(m.blob()) == null) {
      throw bad("content.blob must be what an upload gave");
    } else if (m.kind() == null) {
      throw bad("content.kind must be image, video, audio, voice, file or sticker");
    }
    String name = m.name() == null ? null : m.name().replaceAll("[\\p{Cntrl}/\\\\]", "_");
    return new Content.Media(
        m.kind(),
        m.blob(),
        FileType.plain(m.mime()),
        m.size(),
        name == null || name.isBlank() ? null : Fitting.cut(name, LONGEST_NAME),
        m.caption() == null || m.caption().isBlank() ? null : m.caption(),
        null,
        null);
  }

  /** Reads an optional position. */
  public static @Nullable Position position(JsonNode frame, String field) {
    try {
      return Position.ofNullable(frame.path(field).textValue());
    } catch (IllegalArgumentException e) {
      throw bad(field + " must be a position like 17-3");
    }
  }

  private static Problem bad(String title) {
    return new Problem(Problem.Code.BAD_REQUEST, title);
  }
}
