package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Header fields as programs really write them. */
class HeaderOdditiesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ana@example.com | <ana@example.com>",
        "Ana Vidal <ana@example.com> | Ana Vidal <ana@example.com>",
        "Ana Vidal<ana@example.com> | Ana Vidal <ana@example.com>",
        "\"Vidal, Ana\" <ana@example.com> | Vidal, Ana <ana@example.com>",
        "Vidal, Ana <ana@example.com> | Vidal, Ana <ana@example.com>",
        "\"c@example.org\" <ana@example.com> | c@example.org <ana@example.com>",
        "ana@example.com (Ana Vidal) | Ana Vidal <ana@example.com>",
        "ana@example.com (Ana (of Sales) Vidal) | Ana (of Sales) Vidal <ana@example.com>",
        "Ana (Sales) Vidal <ana@example.com> | Ana Vidal <ana@example.com>",
        "ana(comment)@(another)example.com | comment another <ana@example.com>",
        "<@relay.example,@other.example:ana@example.com> | <ana@example.com>",
        "\"Ana Vidal <ana@example.com> | Ana Vidal <ana@example.com>",
        "Ana Vidal\" <ana@example.com> | Ana Vidal <ana@example.com>",
        "Ana Vidal <ana@example.com | Ana Vidal <ana@example.com>",
        "Ana Vidal ana@example.com> | Ana Vidal <ana@example.com>",
        "Ana Vidal ana@example.com | Ana Vidal <ana@example.com>",
        "Ana (Sales <ana@example.com> | Ana Sales <ana@example.com>",
        "Ana <<ana@example.com>> | Ana <ana@example.com>",
        "Ana < ana@example.com > | Ana <ana@example.com>",
        "Ana <ana @ example.com> | Ana <ana@example.com>",
        "Ana <mailto:ana@example.com> | Ana <ana@example.com>",
        "Ana [mailto:ana@example.com] | Ana <ana@example.com>",
        "<ana@example.com> Ana Vidal | Ana Vidal <ana@example.com>",
        "\"Ana\"<ana@example.com> | Ana <ana@example.com>",
        "\"Ana \\\"Anita\\\" Vidal\" <ana@example.com> | Ana \"Anita\" Vidal <ana@example.com>",
        "\"ana\"@example.com | <ana@example.com>",
        "<\"ana\"@example.com> | <ana@example.com>",
        "Team: ana@example.com, bert@example.com; | <ana@example.com>",
        "ana@example.com, bert@example.com | <ana@example.com>",
        "ANA@Example.COM | <ana@example.com>",
        "=?utf-8?q?Andr=C3=A9?= <ana@example.com> | André <ana@example.com>",
        "\"=?utf-8?q?Andr=C3=A9?=\" <ana@example.com> | André <ana@example.com>",
        "=?utf-8?Q?Vidal,_Ana?= <ana@example.com> | Vidal, Ana <ana@example.com>",
        "=?utf-8?Q?Ana_(Sales)?= <ana@example.com> | Ana (Sales) <ana@example.com>",
        "=?utf-8?q?Ana_=3Cana=40example.com=3E?= | Ana <ana@example.com>",
        "=?utf-8?B?QW5h?= =?utf-8?B?IFZpZGFs?= <ana@example.com> | Ana Vidal <ana@example.com>",
        "Ana <ana@example.com>, | Ana <ana@example.com>",
        ", Ana <ana@example.com> | Ana <ana@example.com>",
        "Ana O'Neil <ana.o'neil@example.com> | Ana O'Neil <ana.o'neil@example.com>",
        "ana@[192.0.2.1] | <ana@[192.0.2.1]>",
        "ana@bücher.example | <ana@xn--bcher-kva.example>"
      })
  void theFirstMailboxIsFound(String field, String expected) {
    var one = MailAddress.parse(field).mailboxes().getFirst();
    assertThat((one.name() + " <" + one.address() + ">").strip()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "=?ISO-8859-1?Q?Caf=E9?= | Café",
        "=?iso-8859-1?q?Caf=E9?= | Café",
        "=?utf-8*en?q?Caf=C3=A9?= | Café",
        "=?UTF-8?B?Q2Fmw6k=?= | Café",
        "=?UTF-8?B?Q2Fmw6k?= | Café",
        "=?UTF-8?B?Q2Fm w6k=?= | Café",
        "=?UTF-8?B?Q2Fmw6k= | Café",
        "=?UTF-8?Q?Caf=C3=A9 | Café",
        "=?UTF-8?Q?Caf=C3?= =?UTF-8?Q?=A9?= | Café",
        "=?UTF-8?B?Q2Fmw?= =?utf-8?B?6k=?= | Café",
        "=?UTF-8?Q?Caf=C3=A9?==?UTF-8?Q?_noir?= | Café noir",
        "=?UTF-8?Q?Caf=C3=A9?= =?ISO-8859-1?Q?_cr=E8me?= | Café crème",
        "=?UTF-8?Q?Caf=C3=A9?= noir | Café noir",
        "=?UTF-8?Q?Who,_me??= | Who, me?",
        "=?UTF-8?Q?Caf=C3=A9 with blanks?= | Café with blanks",
        "\"=?UTF-8?Q?Caf=C3=A9?=\" | \"Café\"",
        "[list] =?UTF-8?Q?Caf=C3=A9?= | [list] Café",
        "a=?UTF-8?Q?Caf=C3=A9?=b | aCaféb",
        "=?x-nobody-knows?Q?Caf=C3=A9?= | Café",
        "=??Q?Caf=C3=A9?= | Café",
        "=?UTF-8?X?Caf=C3=A9?= | =?UTF-8?X?Caf=C3=A9?=",
        "=? what ?= | =? what ?=",
        "1 =? 2 | 1 =? 2",
        "=?gb2312?B?xOO6ww==?= | 你好",
        "=?big5?B?p0Gmbg==?= | 你好",
        "=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?= | こんにちは",
        "=?Shift_JIS?B?grGC8YLJgr+CzQ==?= | こんにちは",
        "=?ks_c_5601-1987?B?vsiz58fPvLy/5A==?= | 안녕하세요",
        "=?koi8-r?B?8NLJ18XU?= | Привет",
        "=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?= | Привет",
        "=?unicode-1-1-utf-7?Q?Caf+AOk-?= | Café"
      })
  void aSubjectIsDecoded(String field, String expected) {
    byte[] raw = ("Subject: " + field + "\r\n\r\n").getBytes(UTF_8);
    assertThat(Headers.read(raw).text("subject")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8, 'Grüße aus Köln', ''",
    "ISO-8859-1, 'Grüße aus Köln', ''",
    "ISO-8859-1, 'Grüße aus Köln', 'Content-Type: text/plain; charset=iso-8859-1'",
    "windows-1251, 'Привет', 'Content-Type: text/plain; charset=windows-1251'",
    "koi8-r, 'Привет, как дела сегодня', 'Content-Type: text/plain; charset=koi8-r'",
    "GB18030, '你好，订单在哪里', 'Content-Type: text/html; charset=gb2312'",
    "windows-31j, 'ご注文ありがとうございます', ''",
    "windows-1252, 'Montréal — d’accord', ''"
  })
  void rawEightBitIsRead(String charset, String subject, String field) {
    String raw = "Subject: " + subject + "\r\n" + field + (field.isEmpty() ? "" : "\r\n") + "\r\n";
    var headers = Headers.read(raw.getBytes(Charset.forName(charset)));
    assertThat(headers.text("subject")).isEqualTo(subject);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "attachment; filename=a.pdf | a.pdf",
        "attachment; filename=\"a b.pdf\" | a b.pdf",
        "attachment; filename=a b.pdf | a b.pdf",
        "attachment filename=\"a.pdf\" | a.pdf",
        "attachment; size=3 filename=\"a.pdf\" | a.pdf",
        "attachment; filename=\"a.pdf | a.pdf",
        "attachment; filename=\"a;b.pdf\" | a;b.pdf",
        "attachment; filename=\"C:\\dir\\a.pdf\" | C:\\dir\\a.pdf",
        "attachment; filename==?utf-8?q?caf=C3=A9.pdf?= | café.pdf",
        "attachment; filename=\"=?utf-8?q?caf=C3=A9?= =?utf-8?q?.pdf?=\" | café.pdf",
        "attachment; filename*=utf-8''caf%C3%A9.pdf | café.pdf",
        "attachment; filename*=\"utf-8''caf%C3%A9.pdf\" | café.pdf",
        "attachment; filename*=iso-8859-1'fr'caf%E9.pdf | café.pdf",
        "attachment; filename*=caf%C3%A9.pdf | café.pdf",
        "attachment; filename*0=\"caf\"; filename*1=\"e.pdf\" | cafe.pdf",
        "attachment; filename*1=\"e.pdf\"; filename*0=\"caf\" | cafe.pdf",
        "attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=.pdf | café.pdf",
        "attachment; filename=x.pdf; filename*=utf-8''caf%C3%A9.pdf | café.pdf",
        "attachment; FileName = \"a.pdf\" ; x=y | a.pdf",
        "attachment;; filename=a.pdf | a.pdf",
        "; filename=a.pdf | a.pdf"
      })
  void aFileNameIsFound(String field, String expected) {
    assertThat(Parameters.parse(field).get("filename")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "text/plain charset=utf-8 | text/plain | utf-8",
        "Text/Plain; Charset=\"UTF-8\" | text/plain | UTF-8",
        "text / html ; charset=utf-8 | text/html | utf-8",
        "text/plain (really); charset=utf-8 | text/plain | utf-8",
        "text/plain; name=\"a\" charset=utf-8 | text/plain | utf-8"
      })
  void aTypeIsFound(String field, String type, String charset) {
    var parsed = Parameters.parse(field);
    assertThat(parsed.value()).isEqualTo(type);
    assertThat(parsed.get("charset")).isEqualTo(charset);
  }

  private static String body(String raw) {
    byte[] bytes = raw.getBytes(ISO_8859_1);
    var headers = Headers.read(bytes);
    return headers.text("subject")
        + "/"
        + new String(bytes, headers.body(), bytes.length - headers.body(), ISO_8859_1);
  }

  @Test
  void headersEndWhereTheyEnd() {
    assertThat(body("Subject: a\r\n\r\ntext")).isEqualTo("a/text");
    assertThat(body("Subject:a\n\ntext")).isEqualTo("a/text");
    assertThat(body("Subject : a\n\ntext")).isEqualTo("a/text");
    assertThat(body("Subject: a\r\rtext")).isEqualTo("a/text");
    assertThat(body("\r\n\r\nSubject: a\r\n\r\ntext")).isEqualTo("a/text");
    assertThat(body("From ana@example.com Sat Nov 21\nSubject: a\n\ntext")).isEqualTo("a/text");
    assertThat(body(">From ana@example.com Sat Nov 21\nSubject: a\n\ntext")).isEqualTo("a/text");
    assertThat(body("Subject: a\nno field\nTo: b@c\n\ntext")).isEqualTo("a/text");
    assertThat(body("Subject: a\nHello you,\n\ntext")).isEqualTo("a/Hello you,\n\ntext");
    assertThat(body("Subject: a\n b\n\tc\n\ntext")).isEqualTo("a b c/text");
    assertThat(body("Subject:\n a\n\ntext")).isEqualTo("a/text");
    assertThat(body("Subject: a\n \nTo: b@c\n\ntext")).isEqualTo("a/text");
    assertThat(body("Subject: a\rX-Injected: b\n\ntext")).isEqualTo("a X-Injected: b/text");
    assertThat(body("Subject: a")).isEqualTo("a/");
    assertThat(body("")).isEqualTo("/");
  }

  @Test
  void aHugeFieldIsCut() {
    var headers = Headers.read(("Subject: " + "x".repeat(10_000_000) + "\n\n").getBytes(UTF_8));
    assertThat(headers.cut()).isTrue();
    assertThat(headers.text("subject")).startsWith("xxx").hasSizeLessThan(70_000);
  }

  @Test
  void anEndlessAddressListIsCut() {
    assertThat(MailAddress.parse("ana@example.com, ".repeat(50_000)).mailboxes()).hasSize(200);
    assertThat(MailAddress.parse("(".repeat(60_000)).mailboxes()).isEmpty();
    assertThat(MailAddress.parse("\"".repeat(60_001)).mailboxes()).isEmpty();
    assertThat(MailAddress.parse("=?a?q?".repeat(10_000)).mailboxes()).isEmpty();
  }
}
