package dev.hilo.people;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.hilo.store.Tokens;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * An OpenID provider that takes nothing that is not exactly right: the registered redirect, the
 * client's secret, the verifier of the challenge, each code once. What it says back can be made
 * wrong in every way.
 */
public final class OpenIdProvider implements AutoCloseable {
  public static final String CLIENT = "hilo-client";
  public static final String SECRET = "a secret: with %, + and /";

  /** How a token is signed. */
  public enum Signing {
    RS256,
    ES256,
    NONE,
    /** With HMAC, the public key as its secret. */
    CONFUSED,
    /** With another key under the name of its own. */
    FORGED,
    /** With another key under a name of its own. */
    STRANGER
  }

  private record Granted(MultiMap asked, String user) {}

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final Map<String, Granted> codes = new HashMap<>();
  private final List<String> refusals = new ArrayList<>();
  private RSAKey rsa = rsa("rsa-1");
  private final ECKey ec = ec();

  public final AtomicInteger keysRead = new AtomicInteger();
  public volatile Signing signing = Signing.RS256;
  public volatile UnaryOperator<JWTClaimsSet.Builder> claims = c -> c;
  public volatile UnaryOperator<JsonObject> metadata = m -> m;
  public volatile String redirect = "";

  public OpenIdProvider() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .body()
                        .onSuccess(body -> answer(request, body.toString(StandardCharsets.UTF_8))))
            .listen(0, "127.0.0.1")
            .await();
  }

  private static RSAKey rsa(String kid) {
    try {
      return new RSAKeyGenerator(2048).keyID(kid).algorithm(JWSAlgorithm.RS256).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static ECKey ec() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  public URI issuer() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  /** From now on it signs with a new key. */
  public synchronized void turnKeys(String kid) {
    rsa = rsa(kid);
  }

  /** As it is at first. */
  public void reset() {
    signing = Signing.RS256;
    claims = c -> c;
    metadata = m -> m;
    synchronized (this) {
      refusals.clear();
    }
  }

  /** Why it refused something, oldest first. */
  public synchronized List<String> refusals() {
    return List.copyOf(refusals);
  }

  /**
   * What its pages do: somebody with this address signs in and the browser is sent back.
   *
   * @return where to
   */
  public synchronized URI signIn(URI location, String email) {
    assertThat(location.toString()).startsWith(issuer() + "/authorize?");
    MultiMap asked = form(location.getRawQuery());
    assertThat(asked.get("response_type")).isEqualTo("code");
    assertThat(asked.get("client_id")).isEqualTo(CLIENT);
    assertThat(asked.get("redirect_uri")).isEqualTo(redirect);
    assertThat(asked.get("scope").split(" ")).contains("openid", "email");
    assertThat(asked.get("code_challenge_method")).isEqualTo("S256");
    assertThat(asked.get("code_challenge")).hasSize(43);
    assertThat(asked.get("state")).hasSizeGreaterThan(20);
    assertThat(asked.get("nonce")).hasSizeGreaterThan(20);
    String code = Tokens.random();
    codes.put(code, new Granted(asked, email));
    return URI.create(redirect + "?code=" + code + "&state=" + asked.get("state"));
  }

  static MultiMap form(String text) {
    MultiMap fields = MultiMap.caseInsensitiveMultiMap();
    for (String pair : text.split("&")) {
      int at = pair.indexOf('=');
      fields.add(pair.substring(0, at), decoded(pair.substring(at + 1)));
    }
    return fields;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private void answer(HttpServerRequest request, String body) {
    JsonObject out =
        switch (request.path()) {
          case "/.well-known/openid-configuration" ->
              metadata.apply(
                  new JsonObject()
                      .put("issuer", issuer().toString())
                      .put("authorization_endpoint", issuer() + "/authorize")
                      .put("token_endpoint", issuer() + "/token")
                      .put("jwks_uri", issuer() + "/keys"));
          case "/keys" -> keys();
          case "/token" -> token(request, body);
          default -> refused("no such page");
        };
    request
        .response()
        .setStatusCode(out.containsKey("error") ? 400 : 200)
        .putHeader("Content-Type", "application/json")
        .end(out.encode());
  }

  private synchronized JsonObject keys() {
    keysRead.incrementAndGet();
    return new JsonObject(new JWKSet(List.<JWK>of(rsa, ec)).toString());
  }

  private synchronized JsonObject refused(String why) {
    refusals.add(why);
    return new JsonObject().put("error", why);
  }

  private synchronized JsonObject token(HttpServerRequest request, String body) {
    MultiMap fields = form(body);
    Granted granted = codes.remove(fields.get("code"));
    if (!request.method().equals(HttpMethod.POST)) {
      return refused("method");
    }
    if (!authenticated(request, fields)) {
      return refused("client");
    }
    if (granted == null) {
      return refused("code");
    }
    if (!"authorization_code".equals(fields.get("grant_type"))) {
      return refused("grant");
    }
    if (!redirect.equals(fields.get("redirect_uri"))) {
      return refused("redirect");
    }
    if (!Tokens.hash(fields.get("code_verifier")).equals(granted.asked.get("code_challenge"))
        || fields.get("code_verifier").length() < 43) {
      return refused("verifier");
    }
    return new JsonObject()
        .put("access_token", Tokens.random())
        .put("token_type", "Bearer")
        .put("id_token", idToken(granted));
  }

  private boolean authenticated(HttpServerRequest request, MultiMap fields) {
    String header = request.getHeader("Authorization");
    if (metadata.apply(new JsonObject()).containsKey("token_endpoint_auth_methods_supported")) {
      return header == null
          && CLIENT.equals(fields.get("client_id"))
          && SECRET.equals(fields.get("client_secret"));
    }
    if (header == null || !header.startsWith("Basic ") || fields.contains("client_secret")) {
      return false;
    }
    String[] pair =
        new String(Base64.getDecoder().decode(header.substring(6)), StandardCharsets.UTF_8)
            .split(":", -1);
    return pair.length == 2 && decoded(pair[0]).equals(CLIENT) && decoded(pair[1]).equals(SECRET);
  }

  private String idToken(Granted granted) {
    Instant now = Instant.now();
    JWTClaimsSet set =
        claims
            .apply(
                new JWTClaimsSet.Builder()
                    .issuer(issuer().toString())
                    .audience(CLIENT)
                    .subject("sub-of-" + granted.user)
                    .claim("nonce", granted.asked.get("nonce"))
                    .claim("email", granted.user)
                    .claim("email_verified", true)
                    .issueTime(Date.from(now))
                    .expirationTime(Date.from(now.plusSeconds(300))))
            .build();
    try {
      return switch (signing) {
        case RS256 -> signed(set, JWSAlgorithm.RS256, rsa.getKeyID(), new RSASSASigner(rsa));
        case ES256 -> signed(set, JWSAlgorithm.ES256, "ec-1", new ECDSASigner(ec));
        case NONE -> new PlainJWT(set).serialize();
        case CONFUSED ->
            signed(
                set,
                JWSAlgorithm.HS256,
                rsa.getKeyID(),
                new MACSigner(rsa.toRSAPublicKey().getEncoded()));
        case FORGED -> {
          RSAKey other = rsa("other");
          yield signed(set, JWSAlgorithm.RS256, rsa.getKeyID(), new RSASSASigner(other));
        }
        case STRANGER -> {
          RSAKey other = rsa("stranger-" + Tokens.random());
          yield signed(set, JWSAlgorithm.RS256, other.getKeyID(), new RSASSASigner(other));
        }
      };
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static String signed(
      JWTClaimsSet set, JWSAlgorithm algorithm, String kid, JWSSigner signer) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(algorithm).keyID(kid).type(JOSEObjectType.JWT).build(), set);
    jwt.sign(signer);
    return jwt.serialize();
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
