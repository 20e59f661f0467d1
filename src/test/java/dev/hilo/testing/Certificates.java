package dev.hilo.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority made for a test, and a server's certificate of it, as PEM files.
 *
 * @param authority its certificate
 * @param certificate of the server
 * @param key of the server
 */
public record Certificates(Path authority, Path certificate, Path key) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** {@code names}: whom the server's certificate is for, as keytool takes them. */
  public static Certificates in(Path folder, String names) throws IOException {
    Files.createDirectories(folder);
    Path root = folder.resolve("root.p12");
    Path server = folder.resolve("server.p12");
    pair(root, "CN=Test Authority", "bc:c=ca:true");
    pair(server, "CN=Test Server", "san=" + names);
    Path request = folder.resolve("request.pem");
    Path certificate = folder.resolve("server.pem");
    Path authority = folder.resolve("root.pem");
    keytool(server, "-certreq", "-file", request.toString());
    keytool(
        root,
        "-gencert",
        "-infile",
        request.toString(),
        "-outfile",
        certificate.toString(),
        "-ext",
        "san=" + names,
        "-rfc");
    keytool(root, "-exportcert", "-rfc", "-file", authority.toString());
    return new Certificates(authority, certificate, key(server, folder.resolve("server.key")));
  }

  private static void pair(Path store, String name, String extension) throws IOException {
    keytool(
        store, "-genkeypair", "-keyalg", "EC", "-dname", name, "-validity", "2", "-ext", extension);
  }

  private static Path key(Path store, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD);
      byte[] key = keys.getKey("mykey", PASSWORD).getEncoded();
      String text =
          Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(key);
      return Files.writeString(
          file, "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static void keytool(Path store, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words));
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-alias", "mykey"));
    command.addAll(List.of("-storepass", new String(PASSWORD)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
