/** KakaoTalk channels and chatbot skills; experimental. */
@NullMarked
package dev.hilo.channel.kakao;

import org.jspecify.annotations.NullMarked;
