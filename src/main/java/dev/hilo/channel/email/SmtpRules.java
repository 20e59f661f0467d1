package dev.hilo.channel.email;

/**
 * What is the same for many dialogs of a listener.
 *
 * @param name by which we greet
 * @param limit bytes that a mail may have
 * @param tls STARTTLS is possible
 * @param lenient lines may end with LF or CR alone
 */
record SmtpRules(
    boolean lmtp,
    String name,
    long limit,
    boolean tls,
    boolean lenient,
    MailDoor door,
    SmtpData.Space space) {}
