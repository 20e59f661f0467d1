package dev.hilo.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.conversation.CustomerId;
import dev.hilo.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for files wherever they lie. */
class BlobsTest {
  private static final byte[] BYTES = "what was sent".getBytes(UTF_8);
  private static final String HASH =
      "0123456789abcdef".repeat(4);

  @TempDir Path folder;
  private final S3Server server = new S3Server();
  private final CustomerId home = CustomerId.fresh("main");

  @AfterEach
  void stop() {
    server.close();
  }

  private S3Blobs bucket(URI url, String name, String secret) {
    return new S3Blobs(
        new S3Blobs.Bucket(url, name, S3Server.REGION, "hilo/files/"),
        S3Server.ACCESS,
        secret,
        folder.resolve("drafts"));
  }

  private Blobs open(String kind) {
    return kind.equals("s3")
        ? bucket(server.url(), S3Server.BUCKET, S3Server.SECRET)
        : new FileBlobs(folder);
  }

  private static byte[] read(Blobs blobs, String name) throws IOException {
    try (InputStream in = blobs.open(name)) {
      return in.readAllBytes();
    }
  }

  private List<Path> drafts() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(p -> p.toString().endsWith(".tmp")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"files", "s3"})
  void theSameBytesHaveTheSameName(String kind) throws IOException {
    Blobs blobs = open(kind);
    String name = blobs.put("main", BYTES);
    assertThat(name).matches("main/~new/[0-9a-f]{64}");
    assertThat(blobs.put("main", BYTES)).isEqualTo(name);
    assertThat(read(blobs, name)).isEqualTo(BYTES);
    String mine = blobs.adopt(name, home);
    assertThat(mine).isEqualTo(name.replace("~new", home.local()));
    assertThat(blobs.adopt(name, home)).isEqualTo(mine);
    assertThat(blobs.adopt(mine, CustomerId.fresh("main"))).isEqualTo(mine);
    assertThat(Blobs.home(mine)).isEqualTo(home);
    assertThat(Blobs.home(name)).isNull();
    CustomerId other = CustomerId.fresh("main");
    assertThat(read(blobs, blobs.share(mine, other))).isEqualTo(BYTES);
    assertThat(drafts()).isEmpty();
    assertThat(server.refusals()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"files", "s3"})
  void partsCanBeRead(String kind) throws IOException {
    Blobs blobs = open(kind);
    Path draft = blobs.draft();
    Files.write(draft, BYTES);
    Blobs.Stored stored = blobs.find(blobs.keep(home, draft));
    Files.deleteIfExists(draft);
    assertThat(stored.size()).isEqualTo(BYTES.length);
    assertThat(blobs.head(stored, 4)).isEqualTo("what".getBytes(UTF_8));
    assertThat(blobs.head(stored, 1000)).isEqualTo(BYTES);
    try (InputStream in = blobs.open(stored, 5, 3)) {
      assertThat(in.readNBytes(3)).isEqualTo("was".getBytes(UTF_8));
    }
    assertThat(server.refusals()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"files", "s3"})
  void whatIsNotThereIsNotFound(String kind) {
    Blobs blobs = open(kind);
    String unknown = "main/" + home.local() + "/" + HASH;
    for (String name : List.of(unknown, "../../etc/passwd", "main/x/" + HASH, "", unknown + "/")) {
      assertThatThrownBy(() -> blobs.open(name))
          .as(name)
          .isInstanceOf(NoSuchFileException.class);
    }
    assertThatThrownBy(() -> blobs.share(unknown, CustomerId.fresh("main")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aBucketHoldsThemUnderItsPrefix() throws IOException {
    String name = open("s3").put("main", BYTES);
    assertThat(server.objects()).containsOnlyKeys("hilo/files/" + name);
  }

  @Test
  void whatFailsForAMomentIsTriedAgain() throws IOException {
    Blobs blobs = open("s3");
    server.next(503);
    server.next(500);
    String name = blobs.put("main", BYTES);
    server.next(502);
    assertThat(read(blobs, name)).isEqualTo(BYTES);
  }

  @Test
  void whatIsNotKeptIsNotCalledKept() throws IOException {
    Blobs blobs = open("s3");
    for (int i = 0; i < 3; i++) {
      server.next(503);
    }
    assertThatThrownBy(() -> blobs.put("main", BYTES))
        .isInstanceOf(IOException.class)
        .hasMessage("the bucket answered 503");
    String name = blobs.put("main", BYTES);
    String mine = name.replace("~new", home.local());
    server.objects().remove("hilo/files/" + mine);
    assertThatThrownBy(
            () -> {
              server.next(404); // is it there already?
              server.next(-200);
              blobs.adopt(name, home);
            })
        .isInstanceOf(IOException.class);
    assertThat(server.objects()).doesNotContainKey("hilo/files/" + mine);
  }

  @Test
  void aKeyThatIsNotTakenIsToldAtOnce() throws IOException {
    bucket(server.url(), S3Server.BUCKET, S3Server.SECRET).check();
    assertThatThrownBy(() -> bucket(server.url(), S3Server.BUCKET, "another").check())
        .hasMessage("blobs: the bucket hilo-files answered 403");
    assertThatThrownBy(() -> bucket(server.url(), "other-bucket", S3Server.SECRET).check())
        .hasMessage("blobs: the bucket other-bucket answered 404");
    server.close();
    bucket(server.url(), S3Server.BUCKET, S3Server.SECRET).check(); // it may come back
  }

  @Test
  void aFileHasItsBound() throws IOException {
    Blobs blobs = open("files");
    Path draft = blobs.draft();
    try (var file = new java.io.RandomAccessFile(draft.toFile(), "rw")) {
      file.setLength(Blobs.MOST + 1L);
    }
    assertThatThrownBy(() -> blobs.keep(home, draft)).hasMessageContaining("52428800");
    Files.delete(draft);
  }
}
