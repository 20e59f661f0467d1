package dev.hilo.channel.twilio;

import dev.hilo.channel.Channel;
import dev.hilo.config.Default;
import dev.hilo.config.Secret;
import java.net.URI;
import java.util.List;

/**
 * One Twilio account or sub-account with numbers that can be called.
 *
 * @param authTokens as in {@link TwilioSettings}
 * @param twiml what a caller hears, as a TwiML document; the answer to every call that rings
 * @param baseUrl of the API, where recordings are
 * @param accounts numbers with their plus
 */
public record TwilioVoiceSettings(
    String accountSid,
    List<Secret> authTokens,
    @Default(
            "<Response><Say>Nobody can answer now. Please leave a message after the"
                + " tone.</Say><Record maxLength=\"120\"/></Response>")
        String twiml,
    @Default("https://api.twilio.com") URI baseUrl,
    List<Channel.Account> accounts) {

  public TwilioVoiceSettings {
    TwilioSettings.rules(accountSid, authTokens, baseUrl, accounts)
        .hold(
            twiml.strip().matches("(?s)(<\\?xml.*\\?>\\s*)?<Response(/>|>.*</Response>)")
                && twiml.length() <= 60_000,
            "twiml must be one <Response> element of TwiML")
        .check();
  }
}
