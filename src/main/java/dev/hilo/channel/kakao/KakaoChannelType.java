package dev.hilo.channel.kakao;

import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelType;
import dev.hilo.channel.Ports;

/** {@code kakao}: one KakaoTalk channel with its chatbot. */
public final class KakaoChannelType implements ChannelType<KakaoSettings> {
  static final String NAME = "kakao";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<KakaoSettings> settings() {
    return KakaoSettings.class;
  }

  @Override
  public Channel open(KakaoSettings settings, Ports ports) {
    return new KakaoChannel(settings, ports);
  }
}
