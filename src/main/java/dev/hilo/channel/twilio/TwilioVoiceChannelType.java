package dev.hilo.channel.twilio;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code twilio-voice}: calls of one account's numbers. */
public final class TwilioVoiceChannelType implements ChannelType<TwilioVoiceSettings> {
  static final String NAME = "twilio-voice";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<TwilioVoiceSettings> settings() {
    return TwilioVoiceSettings.class;
  }

  @Override
  public Channel open(TwilioVoiceSettings settings, Ports ports) {
    return new TwilioVoiceChannel(settings);
  }
}
