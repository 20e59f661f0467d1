package dev.hilo.channel.email;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What mail programs write around what they quote, in the languages they speak. All patterns match
 * cleaned lines ({@link LineKinds#bare}) in linear time: words in a row, nothing nested.
 */
final class ReplyWords {
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  /** How an introduction begins, in lower case. */
  static final Set<String> BEGINNINGS =
      Set.of(
          "on", "at", "el", "em", "no", "na", "a", "am", "le", "il", "in", "op", "den", "på", "pe",
          "dnia", "w", "dne", "dňa", "vào", "στις", "την", "la", "pada", "dana", "u", "v", "в",
          "во", "за", "lúc", "um", "o", "în");

  /** Who is quoted has written. */
  static final Pattern VERB =
      words(
          "wrote|writes|has written|said|schrieb|geschrieben|a écrit|écrit|a ecrit|escribió"
              + "|escribio|escribiu|escreveu|escreveram|ha scritto|scritto|scrive|schreef"
              + "|geschreven|skrev|skreiv|skrivit|kirjoitti|napisał|napisała|napisał\\(a\\)|pisze"
              + "|napsal|napsala|napsal\\(a\\)|napísal|napísala|napísal\\(a\\)|написал|написала"
              + "|написал\\(а\\)|написав|написав\\(ла\\)|пишет|пише|писал|писала|yazdı|έγραψε"
              + "|đã viết|viết|va escriure|ha escrit|escrigué|idatzi du|írta|a scris|napisao"
              + "|napisala|menulis|rašė|kirjutas",
          "写道|寫道|写信|書きました|のメール|のメッセージ|のコメント|작성|썼습니다|작성했습니다|님이 쓴 메시지");

  /** Who writes tells what somebody said; no mail program does so. */
  static final Pattern TOLD =
      words(
          "(?:i|we|he|she|they|who|ich|wir|jeg|jag|ik) (?:have |had |also |already )?"
              + "(?:wrote|written|said|schrieb|schrieben|skrev|schreef)|schrieb(?:en)? (?:ich|wir)",
          "我写道|我寫道");

  static final Pattern VERB_FIRST =
      lead(
          "(?:\\(?\\S+@\\S+\\)?\\s)?(?:wrote|schrieb|a écrit|écrit|escribió|escreveu|ha scritto"
              + "|schreef|skrev|kirjoitti|napisał|napsal|написал|yazdı|έγραψε|đã viết|写道|寫道)");

  /** What Horde and its kin write. */
  static final Pattern QUOTING =
      lead(
          "(?:quoting|zitat von|citando(?: a)?|citation de|citat från|citat fra|quota|citeren van"
              + "|in reply to|responding to|in antwort auf|en réponse à|cita di)\\s");

  /** Gmail of some years: {@code 2014-03-20 8:48 GMT+01:00 Name <a@b>}, with or without a colon. */
  static final Pattern GMT_FIRST =
      lead("\\d{4}-\\d\\d-\\d\\d \\d{1,2}:\\d\\d(?: GMT| UTC)?[ +-]{1,2}\\d\\d:?\\d\\d .{1,200}$");

  static final Pattern DATE_FIRST =
      lead(
          "\\p{L}{0,12}[.,]?\\s?(?:\\d{4}\\s?[-/.年]\\s?\\d{1,2}|\\d{1,2}\\s?[-/.]\\s?\\d{1,2}"
              + "|\\d{1,2}:\\d\\d|\\d{1,2}\\.? \\p{L}{2,12})");

  /** Lotus Notes: {@code Name ---11/12/2012 08:12:33 AM---text}. */
  static final Pattern NOTES =
      Pattern.compile("[^-]{1,100}\\s?-{3}\\s?\\d{1,4}[-/.]\\d{1,2}[-/.]\\d{1,4}[^-]{0,40}-{3}.*");

  static final Pattern TIME = Pattern.compile("\\d{1,2}[:.h]\\d\\d|\\d\\s?(?:am|pm|時|点)");

  static final Pattern FROM =
      header(
          "from|de|von|da|van|från|fra|od|от|від|gönderen|kimden|发件人|寄件者|寄件人|差出人|送信者"
              + "|送信元|보낸 사람|보낸사람|lähettäjä|από|từ|người gửi|remetente|remitente|expéditeur"
              + "|afsender|avsender|avsändare|nadawca|odesílatel|отправитель|відправник|mittente"
              + "|afzender|absender|sender|feladó|de la|remitent");

  static final Pattern SUBJECT =
      header(
          "subject|asunto|assunto|betreff|objet|sujet|oggetto|onderwerp|ämne|emne|temat|předmět"
              + "|predmet|тема|konu|主题|主旨|主題|件名|제목|aihe|θέμα|chủ đề|tiêu đề|assumpte|tárgy"
              + "|subiect|re|betr");

  static final Pattern OTHER =
      header(
          "sent|date|date sent|enviado|enviado el|enviado em|enviada|enviada em|enviada el|fecha"
              + "|fecha de envío|data|data de envio|gesendet|gesendet am|datum|envoyé|envoyé le"
              + "|inviato|inviato il|verzonden|verstuurd|skickat|skickades|sendt|sendt den|dato"
              + "|wysłano|wysłane|odesláno|отправлено|дата|надіслано|tarih|gönderildi|gönderme"
              + " tarihi|gönderim tarihi|发送时间|發送時間|发送日期|日期|寄件日期|傳送日期|时间|送信日時|日時|日付"
              + "|보낸 날짜|보낸날짜|날짜|보냄|lähetetty|päivämäärä|päiväys|pvm|ημερομηνία|εστάλη"
              + "|στάλθηκε|ngày|đã gửi|gửi|ngày gửi|enviat|enviat el|elküldve|poslano|message du"
              + "|to|para|an|à|a|aan|till|til|do|komu|кому|kime|alıcı|收件人|收件者|宛先|받는 사람"
              + "|받는사람|vastaanottaja|saaja|προς|tới|đến|người nhận|per a|címzett|destinataire"
              + "|destinatario|destinatário|către|cc|bcc|c\\.c\\.|copie|copie à|cópia|kopi|kopie"
              + "|kopia|копия|копія|bilgi|kopio|κοιν\\.|κοινοποίηση|抄送|副本|密送|참조|ccn|cci|reply-to"
              + "|reply to|répondre à|responder a|rispondi a|antwort an|svara till|importance"
              + "|importancia|importância|wichtigkeit|priority|prioridad|prioridade|priorität"
              + "|attachments|adjuntos|anexos|anlagen|pièces jointes|allegati|bijlagen|organization"
              + "|newsgroups|message-id|when|where");

  /** Names of Notes' header table, each alone in its line. */
  static final Pattern BARE_HEADER = whole("to|cc|subject|an|kopie|thema|para|asunto|pour|objet");

  private static final String BETWEEN = "\\s[*_]{0,3}(?:";

  /** Of a header whose lines were lost: what follows the sender, and what follows that. */
  static final Pattern DATE_IN_LINE =
      Pattern.compile(
          BETWEEN
              + "from|de|von|da|van|sent|date|enviado|enviado el|enviada"
              + " em|fecha|gesendet|datum|envoyé|inviato"
              + "|verzonden|skickat|sendt|to|an|à|para)\\s?:",
          FLAGS);

  static final Pattern SUBJECT_IN_LINE =
      Pattern.compile(
          BETWEEN + "subject|asunto|assunto|betreff|objet|oggetto|onderwerp|ämne|emne)\\s?:",
          FLAGS);

  static final Pattern ORIGINAL_BELOW =
      whole(
          "[-*_=#\\s]{1,60}(?:original message|original appointment|reply message|mensaje"
              + " original|mensagem original|ursprüngliche nachricht|ursprüngliche"
              + " mail|originalnachricht|original-nachricht|original nachricht|message"
              + " d'origine|message d’origine|message original|message initial|mail original|mail"
              + " d'origine|courriel original|original mail|original e-mail|originele"
              + " bericht|origineel bericht|messaggio originale|oorspronkelijk"
              + " bericht|oorspronkelijke bericht|ursprungligt"
              + " meddelande|originalmeddelande|oprindelig meddelelse|oprindelig besked|original"
              + " besked|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|oryginalna"
              + " wiadomość|původní zpráva|исходное сообщение|исходное письмо|оригінальне"
              + " повідомлення|orijinal mesaj|özgün mesaj|αρχικό"
              + " μήνυμα|原始邮件|原始郵件|原始邮件信息|元のメッセージ|original messages|원본 메시지|원본 메일|thư gốc|tin nhắn"
              + " gốc|missatge original|eredeti üzenet|mesaj original)(?:"
              + " .{0,40})?[-*_=#\\s:]{0,60}");

  /** What services write into a mail to find the answer in it. */
  static final Pattern MARKER =
      Pattern.compile(
          "(?=.{0,200}[-=#_*~+]{2}).{0,60}(?:above this line|above the line|above this text"
              + "|oberhalb dieser (?:linie|zeile)|über diese[rn]? (?:linie|zeile)|au-dessus de"
              + " cette ligne|encima de esta l[ií]nea|por encima de esta l[ií]nea|acima desta"
              + " linha|sopra questa (?:linea|riga)|boven deze (?:lijn|regel)|ovanför denna"
              + " (?:linje|rad)|over denne linje|ovenfor denne linj|tämän rivin yläpuolelle"
              + "|powyżej tej linii|nad t(?:ento|ímto) řádk|выше этой (?:линии|строки)|вище цього"
              + " рядка|bu satırın üst|πάνω από αυτή τη γραμμή|此行上方|在此行以上|この行より上|이 줄 위"
              + "|phía trên dòng này|damunt d'aquesta línia|reply above).{0,100}",
          FLAGS);

  static final Pattern FORWARDED_BELOW =
      whole(
          "[-*_=>\\s]{0,60}(?:begin |start of |anfang der |début du |inizio |inicio del |início da"
              + " |начало )?(?:forwarded message|forwarded by .{1,120}|forwarded email|mensaje"
              + " reenviado|mensagem encaminhada|mensagem reencaminhada|weitergeleitete[nr]?"
              + " nachricht|weitergeleitete e-?mail|message transféré|message réexpédié|message"
              + " transmis|messaggio inoltrato|doorgestuurd bericht|vidarebefordrat"
              + " (?:meddelande|brev|mejl)|vidaresänt meddelande|videresendt"
              + " (?:melding|besked|meddelelse)|välitetty viesti(?: alkaa)?|edelleenlähetetty"
              + " viesti|przekazan[aej]{1,2} wiadomoś(?:ć|ci)|wiadomość przekazana(?:"
              + " dalej)?|přeposlaná zpráva|пересылаемое сообщение|переадресованн?ого"
              + " сообщения|пересланное сообщение|переслане повідомлення|yönlendirilen"
              + " mesaj|i̇letilen mesaj|iletilen mesaj|iletilmiş mesaj|προωθημένο"
              + " μήνυμα|转发的邮件|转发邮件|转发邮件信息|轉寄的郵件|轉寄郵件|以下是转发的邮件|転送メッセージ|転送されたメッセージ|전달된 메시지|전달된"
              + " 메일|thư được chuyển tiếp|tin nhắn được chuyển tiếp|thư đã chuyển tiếp|missatge"
              + " reenviat|továbbított üzenet|mesaj redirecționat)[-*_=:：\\s]{0,60}");

  private static final String DEVICES =
      "iphone|iphonea|iphonei|ipad|ipod|android|blackberry|samsung|galaxy|htc|nokia|huawei|xiaomi|redmi|sony|xperia|motorola|moto|pixel|oneplus|oppo|windows"
          + " phone|phone|smartphone|mobile|mobil|handy"
          + "|tablet|tablette|device|mac|macbook|laptop|pc|treo|palm|kindle|surface|verizon"
          + "|t-mobile|at&t|sprint|lumia|honor|vivo|smartfon|smartfonu|smartfona|téléphone"
          + "|teléfono|celular|móvil|telefon|telefonu|telefoon|cellulare|bb|lg|zte|wireless|droid"
          + "|телефона|смартфона|apparaat|dispositivo|gerät|enhet|laitteesta|iphonesta|ipadista"
          + "|puhelimesta|iphonu|iphone'a|ipada|iphone'u|tableta|tabletu";

  private static final String PROGRAMS =
      "mail|outlook|yahoo|gmail|gmx|web\\.de|proton|protonmail|proton"
          + " mail|aol|mailbird|airmail|spark|front|hey|superhuman|newton|cloudmagic|typeapp|bluemail|blue"
          + " mail|mailbox|inbox|nine|aqua"
          + " mail|aquamail|polymail|boxer|missive|fastmail|tutanota|zoho|em"
          + " client|canary|edison|thunderbird|k-9|mymail|workspace"
          + " email|acompli|unibox|postbox|mailspring"
          + "|posteo|webmail|hotmail|orange|correo|e-mail|email|courrier|posta|почты|mail\\.ru|яндекс\\.почты|poczty|pošty|e-post|sähköpostista|eposta|qq邮箱|网易邮箱|mail"
          + " master";

  private static final String OWN =
      "my|mi|mis|meu|minha|mon|ma|meinem|meiner|mio|mia|min|mijn|mojego|mojej|mého|mé|моего|моєго"
          + "|мого|meva|meu|mein";

  private static final String SENT =
      "sent from|sent via|sent using|sent with|sent by|emailed from|send from|sendt fra|sendt"
          + " via|sendt med|skickat från|skickades från|skickat via|skickat med|sänt från|envoyé"
          + " de|envoyé depuis|envoyé à partir|envoyé via|envoyé avec|gesendet von|gesendet"
          + " mit|gesendet über|gesendet vom|gesendet aus|enviado desde|enviado do|enviado"
          + " da|enviado de|enviado via|enviado pelo|enviado con|mensaje enviado desde|inviato"
          + " da|inviato dal|inviato dalla|inviato con|inviato tramite|verstuurd vanaf|verstuurd"
          + " via|verstuurd met|verzonden vanaf|verzonden vanuit|verzonden met|verzonden"
          + " via|gestuurd vanaf|lähetetty|wysłane z|wysłane ze|wysłano z|wysłano ze|wysłano"
          + " przez|wysłana z|odesláno z|odesláno ze|odesláno pomocí|odoslané z|odoslané"
          + " zo|отправлено с|отправлено из|отправлено со|отправлено через|послано с|надіслано"
          + " з|надіслано із|відправлено з|відправлено із|στάλθηκε από το|στάλθηκε από|εστάλη"
          + " από|gửi từ|đã gửi từ|được gửi từ|enviat des del|enviat des de|enviat amb|trimis de"
          + " pe|trimis din|poslano z|poslano s|poslano iz|poslato sa|poslato iz|изпратено"
          + " от|послато са|dikirim dari|küldve az|saadetud|nosūtīts no|išsiųsta iš|أرسلت"
          + " من|أُرسلت من|تم الإرسال من";

  /** A line that a device or a mail program adds. Ask {@link #SENTENCE} too. */
  static final Pattern DEVICE =
      whole(
          "[-*_~.…<\\[(\\s]{0,6}(?:"
              + "(?:"
              + SENT
              + ") (?:"
              + OWN
              + ") [^\\s,.:;]+(?: [^\\s,.:;]+){0,5}"
              + "|(?:"
              + SENT
              + ") (?:.{0,40}[^\\p{L}])?(?:"
              + DEVICES
              + "|"
              + PROGRAMS
              + ")(?:[^\\p{L}].{0,160})?|vo[nm] .{2,60} gesendet|sent (?:from|via|with|using|by)"
              + " [^\\s<]+(?: [^\\s<]+){0,4}\\s?<(?:https?|mailto):.{0,200}|provenance :"
              + " .{2,80}|diese (?:nachricht|e-mail|mail) wurde (?:von|mit) .{2,120}"
              + " gesendet|(?:get|download|télécharger|téléchargez|obtenir|obtenez|holen sie"
              + " sich|laden sie|obtener|obtén|descargar|descarga|obter o|obter|baixar o|obtenha"
              + " o|scarica|ottieni|download|haal|hämta|skaffa|hent|få|last ned|skaff"
              + " deg|hanki|pobierz"
              + " aplikację|pobierz|uzyskaj|získejte|stáhnout|получить|скачать|завантажити|λήψη"
              + " του) outlook"
              + " (?:for|für|pour|para|per|voor|til|till|för|dla|pro|для|για|untuk|için|适用于|適用於|[^\\s<]{1,12}\\s?<).{2,160}|outlook"
              + " (?:für|voor|para|per|pour|for) .{2,40}"
              + " (?:herunterladen|beziehen|downloaden)(?:\\s?[<(\\[].{0,160})?|(?:获取|獲取|下载|取得)"
              + " ?outlook"
              + " (?:for|für|pour|para|per|voor|til|till|för|dla|pro|для|για|untuk|için|适用于|適用於|[^\\s<]{1,12}\\s?<).{2,160}|outlook"
              + " .{2,40}を入手.{0,160}|sent on (?:my|a|the) (?:"
              + DEVICES
              + ")(?:[^\\p{L}].{0,160})?|נשלח"
              + " מ.{0,20}[a-z].{0,40}|ส่งจาก.{0,20}[a-z].{0,40}|.{2,60}(?:ımdan|imden|umdan|ümden|'dan|'den|’dan|’den)"
              + " gönderildi|(?:从|從|自).{2,40}(?:发送|發送|传送|傳送|寄出).{0,10}|(?:发自|發自|来自|寄自|傳送自|发送自)(?:"
              + " ?我的.{2,40}|.{0,30}(?:[a-z]{2}|手机|手機|邮箱|邮件|郵件|平板|电脑).{0,40})|.{2,60}(?:から送信|より送信)(?:されました)?|.{2,60}에서"
              + " (?:보냄|보냈습니다|발송|전송).{0,10}|ᐧ)[.!*_~:;>\\])\\s]{0,6}");

  /** Words that only a sentence has: the line that holds one is no mark of a device. */
  static final Pattern SENTENCE =
      words(
          "is|are|was|were|will|has|have|because|but|which|ist|sind|est|sont|es|son|porque|pero|è"
              + "|sono|perché|jest|är",
          "。");

  /** What lists and gateways append without a delimiter. */
  static final Pattern FOOTER =
      Pattern.compile(
          "(?:unsubscribe|mailing list|you received this|to view this discussion|checked for"
              + " viruses|virus-free|virenfrei|abbestellen|désabonner|darse de baja|cancelar (?:a"
              + " )?inscrição|reply to this email|view it on)",
          FLAGS);

  private ReplyWords() {}

  private static Pattern words(String latin, String other) {
    return Pattern.compile("(?<![\\p{L}\\d])(?:" + latin + ")(?![\\p{L}\\d])|" + other, FLAGS);
  }

  private static Pattern lead(String pattern) {
    return Pattern.compile("^(?:" + pattern + ")", FLAGS);
  }

  private static Pattern whole(String pattern) {
    return Pattern.compile("^(?:" + pattern + ")$", FLAGS);
  }

  private static Pattern header(String names) {
    return Pattern.compile("^[*_|\\s]{0,8}(?:" + names + ")[*_]{0,4}\\s{0,4}[:：]", FLAGS);
  }
}
