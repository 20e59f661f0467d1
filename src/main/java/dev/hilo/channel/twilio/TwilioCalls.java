package dev.hilo.channel.twilio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.FormBody;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the steps of calls. A call has an address of its own besides the caller's: what names only
 * the call (recordings, the legs to agents) finds its customer by it, and a caller who withholds
 * the number is known by it alone.
 */
final class TwilioCalls implements TwilioWebhook.Reader {
  /** What Twilio puts in place of a number that is not shown. */
  private static final Set<String> WITHHELD =
      Set.of("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253");

  private final List<String> numbers;
  private final String twiml;

  TwilioCalls(List<String> numbers, String twiml) {
    this.numbers = numbers;
    this.twiml = twiml;
  }

  /** Only a call that begins to ring is told what it hears; everything after ends it. */
  @Override
  public String next(FormBody form) {
    return "ringing".equals(form.text("CallStatus"))
            && "inbound".equals(form.text("Direction"))
            && form.text("CallbackSource") == null
        ? twiml
        : "<Response/>";
  }

  @Override
  public List<Inbound> read(FormBody form, WebhookRequest request) {
    var items = new ArrayList<Inbound>();
    String call = form.required("CallSid");
    String input = form.text("SpeechResult") != null ? form.text("SpeechResult") : digits(form);
    boolean transcript = form.text("TranscriptionSid") != null;
    if (transcript) {
      items.add(transcript(form, call));
    } else if (form.text("DialCallStatus") != null) {
      items.add(dialled(form, call));
    } else if (input != null) {
      items.add(input(form, call, input, request.parameter("step")));
    } else if (form.text("CallStatus") != null && !recorded(form)) {
      items.add(step(form, call));
    }
    if (!transcript && form.text("RecordingUrl") != null) {
      items.add(recording(form, call));
    }
    return items;
  }

  /** What {@code <Record>} sends on when it ends is no new state of the call. */
  private static boolean recorded(FormBody form) {
    return form.text("RecordingUrl") != null && form.text("CallbackSource") == null;
  }

  /** A recording ends with a key or with the word "hangup", which nobody pressed for us. */
  private static @Nullable String digits(FormBody form) {
    return form.text("RecordingUrl") == null ? form.text("Digits") : null;
  }

  private Inbound step(FormBody form, String call) {
    String status = form.required("CallStatus");
    boolean leg = "outbound-dial".equals(form.text("Direction"));
    String parent = leg ? form.text("ParentCallSid") : null;
    var details = new Facts().put("sequence", form.text("SequenceNumber"));
    if (parent != null) {
      details.put("parent", parent).put("to", form.text("To"));
    }
    if (WITHHELD.contains(customer(form))) {
      details.put("withheld", "true");
    }
    var origin = origin(form, parent == null ? call : parent, parent != null, call + "|" + status);
    return call(origin, form, call, status, seconds(form, "CallDuration"), null, null, details);
  }

  private Inbound dialled(FormBody form, String call) {
    String status = form.required("DialCallStatus");
    String leg = requireNonNullElse(form.text("DialCallSid"), call);
    var origin = origin(form, call, false, leg + "|dial|" + status);
    var details = new Facts().put("parent", call).put("bridged", form.text("DialBridged"));
    return call(origin, form, leg, status, seconds(form, "DialCallDuration"), null, null, details);
  }

  /** The same menu may be asked twice in a call; what was entered tells the answers apart. */
  private Inbound input(FormBody form, String call, String value, @Nullable String step) {
    boolean speech = form.text("SpeechResult") != null;
    String digest = Signature.hex(Signature.digest("SHA-256", value.getBytes(UTF_8)));
    String key = call + "|gather|" + requireNonNullElse(step, "") + "|" + digest.substring(0, 16);
    var details =
        new Facts()
            .put("input", speech ? "speech" : "dtmf")
            .put("confidence", form.text("Confidence"))
            .put("language", form.text("Language"))
            .put("step", step);
    return call(origin(form, call, false, key), form, call, "input", 0, value, null, details);
  }

  private Inbound recording(FormBody form, String call) {
    String url = form.required("RecordingUrl");
    String sid =
        requireNonNullElse(form.text("RecordingSid"), url.substring(url.lastIndexOf('/') + 1));
    String status = requireNonNullElse(form.text("RecordingStatus"), "completed");
    boolean done = status.equals("completed");
    var media =
        done
            ? InboundMedia.of(Content.Media.Kind.AUDIO, null, null, null, url)
            : new Content.Media(
                Content.Media.Kind.AUDIO, null, null, -1, null, null, null, "recording " + status);
    var origin = origin(form, call, false, done ? sid : sid + "|" + status);
    var details = new Facts().put("media.seconds", form.text("RecordingDuration"));
    long seconds = seconds(form, "RecordingDuration");
    return call(origin, form, call, "recording", seconds, null, media, details);
  }

  private Inbound transcript(FormBody form, String call) {
    var origin = origin(form, call, false, form.required("TranscriptionSid"));
    var details = new Facts().put("status", form.text("TranscriptionStatus"));
    String text = form.text("TranscriptionText");
    return call(origin, form, call, "transcript", 0, text, null, details);
  }

  private static Inbound call(
      Inbound.Origin origin,
      FormBody form,
      String id,
      String outcome,
      long seconds,
      @Nullable String text,
      Content.@Nullable Media recording,
      Facts details) {
    String way = outward(form) ? "out" : "in";
    return new Inbound.Call(origin, id, way, outcome, seconds, text, recording, details.map());
  }

  private static boolean outward(FormBody form) {
    return "outbound-api".equals(form.text("Direction"));
  }

  private static String customer(FormBody form) {
    return requireNonNullElse(form.text(outward(form) ? "To" : "From"), "");
  }

  /** {@code leg}: to an agent, so that neither side of it is the customer. */
  private Inbound.Origin origin(FormBody form, String call, boolean leg, String key) {
    var ofCall = new Address(TwilioVoiceChannelType.NAME, "call", call);
    String number = customer(form);
    boolean known =
        !leg && !number.isEmpty() && number.length() <= 512 && !WITHHELD.contains(number);
    boolean phone = known && TwilioMessages.isPhone(number);
    boolean proved = outward(form) || "TN-Validation-Passed-A".equals(form.text("StirVerstat"));
    return new Inbound.Origin(
        account(form),
        known ? new Address(TwilioVoiceChannelType.NAME, "", number) : ofCall,
        known ? List.of(ofCall) : List.of(),
        known && !proved ? Strength.CLAIM : Strength.PLATFORM,
        phone ? Map.of("phone", number) : Map.of(),
        null,
        null,
        key,
        at(form));
  }

  /** Recordings and legs name no number of ours; they are the account's first. */
  private String account(FormBody form) {
    String ours = form.text(outward(form) ? "From" : "To");
    boolean leg = "outbound-dial".equals(form.text("Direction"));
    return ours == null || leg && !numbers.contains(ours)
        ? numbers.getFirst()
        : Payload.cut(ours, 512);
  }

  private static long seconds(FormBody form, String field) {
    String text = requireNonNullElse(form.text(field), "");
    return text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
  }

  private static @Nullable Instant at(FormBody form) {
    String text = form.text(form.text("Timestamp") == null ? "RecordingStartTime" : "Timestamp");
    try {
      return text == null
          ? null
          : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException _) {
      return null;
    }
  }
}
