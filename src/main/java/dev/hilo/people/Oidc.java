package dev.hilo.people;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWKSet;
import dev.hilo.codec.Json;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import dev.hilo.store.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One OpenID provider (OpenID Connect Core 1.0): authorization code with PKCE, RFC 7636. What it
 * publishes of itself is read when it is first needed. Thread-safe; one for a node. Futures fail
 * with {@link Failed}, whose message is for the log.
 */
public final class Oidc implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Oidc.class);
  private static final int LARGEST = 256 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Keys are read again for a key that is not known, but not more often. */
  private static final Duration KEYS_PAUSE = Duration.ofMinutes(1);

  private final Settings settings;
  private final URI redirect;
  private final InstantSource clock;
  private final HttpClient client;

  private volatile @Nullable Provider provider;
  private volatile @Nullable Keys keys;

  /**
   * The provider and what it knows this gateway as.
   *
   * @param name as people call it, shown on the sign-in page
   * @param workspace whose people it knows; null for the gateway's own
   */
  public record Settings(
      String name, URI issuer, String clientId, Secret clientSecret, @Nullable String workspace) {
    public Settings {
      new Rules()
          .hold(!name.isBlank() && name.length() <= 40, "name must be a text of 1 to 40 letters")
          .hold(
              safe(issuer) && issuer.getQuery() == null && issuer.getFragment() == null,
              "issuer must be like https://login.example.com")
          .hold(!clientId.isBlank(), "client-id must be what the provider calls this gateway")
          .check();
    }
  }

  /** The provider does not answer as it should, or what it says is not to be believed. */
  public static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failed(String why) {
      super(why, null, false, false);
    }
  }

  /** Somebody the provider knows; {@code email} only if the provider has verified it. */
  public record Subject(String issuer, String sub, @Nullable String email) {}

  private record Provider(URI authorize, URI token, URI keys, boolean basic, boolean saysIssuer) {}

  /** {@code next}: when they may be read again for one that is not among them, ms. */
  private record Keys(JWKSet set, long next) {}

  public Oidc(Vertx vertx, Settings settings, URI publicUrl, InstantSource clock) {
    this.settings = settings;
    this.redirect = URI.create(publicUrl + "/api/v1/session/oidc/callback");
    this.clock = clock;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout((int) PATIENCE.toMillis())
                .setIdleTimeout((int) PATIENCE.toSeconds()));
  }

  public Settings settings() {
    return settings;
  }

  /** Over https, or to this machine. */
  private static boolean safe(URI uri) {
    return uri.getHost() != null
        && ("https".equals(uri.getScheme())
            || "http".equals(uri.getScheme())
                && uri.getHost().matches("localhost|127\\..*|\\[::1]"));
  }

  /**
   * Where to send the browser.
   *
   * @param verifier of PKCE; its hash goes with the browser
   */
  public Future<String> location(String state, String nonce, String verifier) {
    return provider()
        .map(
            p -> {
              Map<String, String> query = new LinkedHashMap<>();
              query.put("response_type", "code");
              query.put("client_id", settings.clientId);
              query.put("redirect_uri", redirect.toString());
              query.put("scope", "openid email profile");
              query.put("state", state);
              query.put("nonce", nonce);
              query.put("code_challenge", Tokens.hash(verifier));
              query.put("code_challenge_method", "S256");
              return p.authorize + (p.authorize.getRawQuery() == null ? "?" : "&") + form(query);
            });
  }

  private static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(f -> f.getKey() + "=" + URLEncoder.encode(f.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  /**
   * Who came back with this code.
   *
   * @param issuer what the callback says who sends it (RFC 9207), or null
   */
  public Future<Subject> subject(
      String code, @Nullable String issuer, String nonce, String verifier) {
    return provider()
        .compose(
            p -> {
              if (issuer == null ? p.saysIssuer : !issuer.equals(settings.issuer.toString())) {
                return Future.failedFuture(new Failed("the answer comes from another provider"));
              }
              return exchange(p, code, verifier);
            })
        .compose(token -> checked(token, nonce));
  }

  private Future<IdToken> exchange(Provider p, String code, String verifier) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "authorization_code");
    fields.put("code", code);
    fields.put("redirect_uri", redirect.toString());
    fields.put("code_verifier", verifier);
    RequestOptions request = request(HttpMethod.POST, p.token);
    request.putHeader("Content-Type", "application/x-www-form-urlencoded");
    if (p.basic) {
      String pair = encoded(settings.clientId) + ":" + encoded(settings.clientSecret.value());
      request.putHeader(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    } else {
      fields.put("client_id", settings.clientId);
      fields.put("client_secret", settings.clientSecret.value());
    }
    return json(request, Buffer.buffer(form(fields)))
        .map(
            answer -> {
              try {
                return IdToken.parse(answer.path("id_token").asText());
              } catch (ParseException e) {
                throw new Failed("its answer has no ID token that can be read");
              }
            });
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private Future<Subject> checked(IdToken token, String nonce) {
    return keys(token)
        .map(
            set ->
                token.subject(
                    set, settings.issuer.toString(), settings.clientId, nonce, clock.instant()));
  }

  /** The provider's keys, among which is the token's, if there is such a key at all. */
  private Future<JWKSet> keys(IdToken token) {
    Keys known = keys;
    long now = clock.millis();
    if (known != null && (token.knows(known.set) || now < known.next)) {
      return Future.succeededFuture(known.set);
    }
    return provider()
        .compose(p -> json(request(HttpMethod.GET, p.keys), Buffer.buffer()))
        .map(
            json -> {
              try {
                JWKSet set = JWKSet.parse(json.toString());
                keys = new Keys(set, known == null ? 0 : now + KEYS_PAUSE.toMillis());
                return set;
              } catch (ParseException e) {
                throw new Failed("its keys cannot be read");
              }
            });
  }

  private Future<Provider> provider() {
    Provider known = provider;
    if (known != null) {
      return Future.succeededFuture(known);
    }
    String issuer = settings.issuer.toString();
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    return json(
            request(HttpMethod.GET, URI.create(base + "/.well-known/openid-configuration")),
            Buffer.buffer())
        .map(
            json -> {
              if (!json.path("issuer").asText().equals(issuer)) {
                throw new Failed("it calls itself by another name than the configuration");
              }
              JsonNode ways = json.path("token_endpoint_auth_methods_supported");
              boolean basic = !ways.isArray();
              for (JsonNode way : ways) {
                basic |= way.asText().equals("client_secret_basic");
              }
              Provider read =
                  new Provider(
                      endpoint(json, "authorization_endpoint"),
                      endpoint(json, "token_endpoint"),
                      endpoint(json, "jwks_uri"),
                      basic,
                      json.path("authorization_response_iss_parameter_supported").asBoolean());
              provider = read;
              return read;
            });
  }

  private static URI endpoint(JsonNode json, String name) {
    try {
      URI uri = new URI(json.path(name).asText());
      if (safe(uri)) {
        return uri;
      }
    } catch (URISyntaxException e) {
      LOG.debug("not a URI", e);
    }
    throw new Failed("its " + name + " is not an https address");
  }

  private static RequestOptions request(HttpMethod method, URI uri) {
    return new RequestOptions()
        .setMethod(method)
        .setAbsoluteURI(uri.toString())
        .setFollowRedirects(false)
        .putHeader("Accept", "application/json");
  }

  private Future<JsonNode> json(RequestOptions request, Buffer body) {
    return client
        .request(request)
        .compose(r -> r.send(body).compose(Oidc::read))
        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            e ->
                Future.failedFuture(
                    e instanceof Failed
                        ? e
                        : new Failed("it does not answer: " + e.getClass().getSimpleName())));
  }

  private static Future<JsonNode> read(HttpClientResponse response) {
    Buffer all = Buffer.buffer();
    Promise<JsonNode> done = Promise.promise();
    response.exceptionHandler(done::tryFail);
    response.handler(
        part -> {
          if (all.length() + part.length() > LARGEST) {
            done.tryFail(new IOException("too much"));
            response.request().reset();
          } else {
            all.appendBuffer(part);
          }
        });
    response.endHandler(
        _ -> {
          if (response.statusCode() != 200) {
            done.tryFail(new Failed("it answers " + response.statusCode()));
            return;
          }
          try {
            done.tryComplete(Json.parse(all.getBytes()));
          } catch (Json.BadJson e) {
            done.tryFail(new Failed("its answer is no JSON"));
          }
        });
    return done.future();
  }

  @Override
  public void close() {
    client.close();
  }
}
