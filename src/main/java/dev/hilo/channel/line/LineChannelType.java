package dev.hilo.channel.line;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code line}: one LINE Official Account. */
public final class LineChannelType implements ChannelType<LineSettings> {
  static final String NAME = "line";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<LineSettings> settings() {
    return LineSettings.class;
  }

  @Override
  public Channel open(LineSettings settings, Ports ports) {
    return new LineChannel(settings, ports);
  }
}
