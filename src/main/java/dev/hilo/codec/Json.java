package dev.hilo.codec;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.workspace.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The mapping of the domain's values to JSON. Positions and authors are strings, enums lower case,
 * nulls absent.
 */
public final class Json {
  private static final ObjectMapper MAPPER = mapper();

  private Json() {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Content.Text.class, name = "text"),
    @JsonSubTypes.Type(value = Content.Media.class, name = "media"),
    @JsonSubTypes.Type(value = Content.Location.class, name = "location"),
    @JsonSubTypes.Type(value = Content.Contact.class, name = "contact"),
    @JsonSubTypes.Type(value = Content.Choices.class, name = "choices"),
    @JsonSubTypes.Type(value = Content.Choice.class, name = "choice"),
    @JsonSubTypes.Type(value = Content.Form.class, name = "form"),
    @JsonSubTypes.Type(value = Content.Card.class, name = "card"),
    @JsonSubTypes.Type(value = Content.Template.class, name = "template"),
    @JsonSubTypes.Type(value = Content.Email.class, name = "email"),
    @JsonSubTypes.Type(value = Content.Unsupported.class, name = "unsupported")
  })
  private interface ContentForm {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Item.User.class, name = "user"),
    @JsonSubTypes.Type(value = Item.Team.class, name = "team"),
    @JsonSubTypes.Type(value = Item.Role.class, name = "role"),
    @JsonSubTypes.Type(value = Item.Label.class, name = "label"),
    @JsonSubTypes.Type(value = Item.Canned.class, name = "canned"),
    @JsonSubTypes.Type(value = Item.Hours.class, name = "hours"),
    @JsonSubTypes.Type(value = Item.View.class, name = "view"),
    @JsonSubTypes.Type(value = Item.Rule.class, name = "rule"),
    @JsonSubTypes.Type(value = Item.Inbox.class, name = "inbox"),
    @JsonSubTypes.Type(value = Item.Endpoint.class, name = "endpoint"),
    @JsonSubTypes.Type(value = Item.ApiKey.class, name = "apikey"),
    @JsonSubTypes.Type(value = Item.Policy.class, name = "policy")
  })
  private interface ItemForm {}

  @JsonAutoDetect(
      fieldVisibility = JsonAutoDetect.Visibility.ANY,
      getterVisibility = JsonAutoDetect.Visibility.NONE,
      isGetterVisibility = JsonAutoDetect.Visibility.NONE,
      creatorVisibility = JsonAutoDetect.Visibility.ANY)
  private interface StateForm {}

  private static ObjectMapper mapper() {
    SimpleModule forms = new SimpleModule("hilo");
    forms.addAbstractTypeMapping(
        Set.class, LinkedHashSet.class); // as written, so that states are equal
    text(forms, Position.class, Position::of);
    text(forms, Author.class, Author::of);
    ObjectMapper mapper =
        JsonMapper.builder()
            .addModule(forms)
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .addMixIn(Content.class, ContentForm.class)
            .addMixIn(Item.class, ItemForm.class)
            .addMixIn(StreamState.class, StateForm.class)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();
    for (Class<?> many : List.of(List.class, Map.class, Set.class)) {
      mapper
          .configOverride(many)
          .setInclude(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
          .setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
    }
    return mapper;
  }

  private static <T> void text(SimpleModule forms, Class<T> type, Function<String, T> parse) {
    forms.addSerializer(
        type,
        new StdScalarSerializer<T>(type) {
          private static final long serialVersionUID = 1;

          @Override
          public void serialize(T value, JsonGenerator out, SerializerProvider provider)
              throws IOException {
            out.writeString(value.toString());
          }
        });
    forms.addDeserializer(
        type,
        new StdScalarDeserializer<T>(type) {
          private static final long serialVersionUID = 1;

          @Override
          public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
            try {
              return parse.apply(in.getText());
            } catch (IllegalArgumentException e) {
              throw context.weirdStringException(
                  in.getText(), type, String.valueOf(e.getMessage()));
            }
          }
        });
  }

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  public static ObjectNode object(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Writes the fields of an object. */
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  /** A field that is absent when {@code value} is null. */
  static void optional(JsonGenerator json, String name, @Nullable String value) throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  /** An object as bytes, field by field. */
  static byte[] object(Fields fields) {
    ByteArrayBuilder out = new ByteArrayBuilder(512);
    try (JsonGenerator json = MAPPER.createGenerator(out)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write " + value.getClass().getSimpleName(), e);
    }
  }

  public static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write " + value.getClass().getSimpleName(), e);
    }
  }

  /**
   * Reads what somebody sent.
   *
   * @throws BadJson what is wrong and where, without repeating the content
   */
  public static JsonNode parse(byte[] bytes) throws BadJson {
    try {
      JsonNode node = MAPPER.readTree(bytes);
      return node == null ? MAPPER.missingNode() : node;
    } catch (IOException e) {
      throw new BadJson(where(e));
    }
  }

  public static <T> T read(byte[] bytes, Class<T> type) throws BadJson {
    try {
      return present(MAPPER.readValue(bytes, type));
    } catch (IOException e) {
      throw new BadJson(where(e));
    }
  }

  public static <T> T read(JsonNode node, Class<T> type) throws BadJson {
    try {
      return present(MAPPER.treeToValue(node, type));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new BadJson(where(e));
    }
  }

  private static <T> T present(@Nullable T value) throws BadJson {
    if (value == null) {
      throw new BadJson("not the expected JSON: there is nothing");
    }
    return value;
  }

  private static String where(Exception e) {
    if (e instanceof JsonProcessingException j) {
      String path =
          j instanceof JsonMappingException m
              ? m.getPath().stream()
                  .map(r -> r.getFieldName() != null ? r.getFieldName() : "[" + r.getIndex() + "]")
                  .reduce((a, b) -> a + "." + b)
                  .orElse("")
              : "";
      var at = j.getLocation();
      return "not the expected JSON"
          + (path.isEmpty() ? "" : " at " + path)
          + (at == null || at.getLineNr() < 0
              ? ""
              : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")");
    }
    return "not the expected JSON";
  }

  /** What was sent is not the JSON it should be. The message says where. */
  public static final class BadJson extends Exception {
    private static final long serialVersionUID = 1;

    public BadJson(String message) {
      super(message);
    }
  }
}
