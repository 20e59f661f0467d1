package dev.hilo.channel.email;

import dev.hilo.channel.email.MailDoor.Way;
import java.util.List;

/**
 * A mail as a listener gets it. The bytes are there until {@link SmtpDialog#answer}.
 *
 * @param helo by which the client greeted
 * @param extended it did so with EHLO or LHLO
 * @param from the sender in the envelope, empty for reports
 * @param size how many of the bytes are the mail
 */
@SuppressWarnings("ArrayRecordComponent") // not copied: it may be large
record HandedMail(
    String helo,
    boolean extended,
    boolean tls,
    boolean utf8,
    String from,
    List<Way.Ours> receivers,
    byte[] bytes,
    int size) {}
