package dev.hilo.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that may harm are told from others by their names and types. */
class FileRiskTest {
  @ParameterizedTest
  @CsvSource({
    "setup.exe, PROGRAM",
    "SETUP.EXE, PROGRAM",
    "run.scr, PROGRAM",
    "a.js, PROGRAM",
    "a.vbs, PROGRAM",
    "a.bat, PROGRAM",
    "a.cmd, PROGRAM",
    "a.com, PROGRAM",
    "a.pif, PROGRAM",
    "a.lnk, PROGRAM",
    "a.jar, PROGRAM",
    "a.msi, PROGRAM",
    "a.ps1, PROGRAM",
    "a.hta, PROGRAM",
    "disc.iso, PROGRAM",
    "disc.img, PROGRAM",
    "'a.exe ', PROGRAM",
    "a.exe., PROGRAM",
    "folder/a.exe, PROGRAM",
    "order.docm, MACROS",
    "order.xlsm, MACROS",
    "order.pptm, MACROS",
    "login.htm, PAGE",
    "login.html, PAGE",
    "logo.svg, PAGE",
    "page.mht, PAGE",
    "invoice.pdf.exe, DISGUISED",
    "invoice.pdf .js, DISGUISED",
    "photo.jpg.lnk, DISGUISED",
    "report.docx.html, DISGUISED"
  })
  void namesThatWarn(String name, FileRisk risk) {
    assertThat(FileRisk.of(name, "application/octet-stream")).isEqualTo(risk);
    assertThat(FileRisk.of(name, null)).isEqualTo(risk);
  }

  @ParameterizedTest
  @CsvSource({
    "invoice.pdf, application/x-msdownload, DISGUISED",
    "invoice.pdf, text/html, DISGUISED",
    "photo.jpg, application/octet-stream, DISGUISED",
    "photo.png, application/pdf, DISGUISED",
    "terms.txt, image/png, DISGUISED",
    "invoice.docx, application/pdf, DISGUISED",
    "song.mp3, image/gif, DISGUISED",
    "setup, application/x-msdownload, PROGRAM",
    "page, text/html, PAGE",
    "table, application/vnd.ms-excel.sheet.macroEnabled.12, MACROS"
  })
  void typesThatWarn(String name, String mime, FileRisk risk) {
    assertThat(FileRisk.of(name, mime)).isEqualTo(risk);
  }

  @ParameterizedTest
  @CsvSource({
    "invoice.pdf, application/pdf",
    "invoice.pdf, application/octet-stream",
    "photo.JPG, image/png",
    "photo.jpeg, image/jpeg",
    "photo.heic, image/heic",
    "terms v2.1.txt, text/plain",
    "report.2026.11.docx, application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "table.xlsx, application/octet-stream",
    "archive.zip, application/zip",
    "bill.xml, application/xml",
    "archive.tar.gz, application/gzip",
    "voice.ogg, audio/ogg",
    "film.mp4, video/mp4",
    "original.eml, message/rfc822",
    "invite.ics, text/calendar",
    "card.vcf, text/vcard",
    "ana@shop.example, application/octet-stream",
    "ñandú, image/png"
  })
  void othersDoNot(String name, String mime) {
    assertThat(FileRisk.of(name, mime)).isNull();
  }

  @Test
  void aNameThatReadsBackwardsWarns() {
    assertThat(FileRisk.of("invoice\u202Efdp.exe", null)).isNotNull();
    assertThat(FileRisk.of("invoice\u202Egpj.txt", "text/plain")).isEqualTo(FileRisk.DISGUISED);
    assertThat(FileRisk.of("a.ex\u200Be", null)).isEqualTo(FileRisk.PROGRAM);
  }

  @Test
  void withoutANameNothingIsSaid() {
    assertThat(FileRisk.of(null, null)).isNull();
    assertThat(FileRisk.of("", "image/png")).isNull();
  }
}
