package dev.hilo.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A small shop with one customer, Ana: her phone with WhatsApp and Telegram, her mail program, and
 * the three platforms between her and the gateway. The platforms listen on free ports of 127.0.0.1
 * and keep what they know in {@code data/demo}, so that a restart finds it again. Nothing here is
 * meant for production.
 */
public final class Demo implements AutoCloseable {
  static final String CUSTOMER_NAME = "Ana Costa";

  private final WhatsAppSimulator whatsapp;
  private final TelegramSimulator telegram;
  private final MailSimulator mail;
  private final DemoRoutes routes;

  private Demo(
      WhatsAppSimulator whatsapp,
      TelegramSimulator telegram,
      MailSimulator mail,
      DemoRoutes routes) {
    this.whatsapp = whatsapp;
    this.telegram = telegram;
    this.mail = mail;
    this.routes = routes;
  }

  /**
   * Starts the platforms; blocks until they listen. They call the gateway as soon as it answers and
   * keep trying until then.
   *
   * @param data the gateway's data folder
   * @param gateway where the platforms reach the gateway, for example {@code http://127.0.0.1:8080}
   * @throws IOException if the data folder cannot be used
   */
  public static Demo start(Path data, URI gateway) throws IOException {
    Path folder = Files.createDirectories(data.resolve("demo"));
    var json = new ObjectMapper();
    DemoSecrets secrets =
        new JsonFile<>(folder.resolve("secrets.json"), DemoSecrets.class, json)
            .read(DemoSecrets::generate);
    var feed = new Feed();
    var mail = new MailSimulator(secrets, folder.resolve("mail"), feed);
    var whatsapp =
        new WhatsAppSimulator(
            secrets,
            gateway,
            new JsonFile<>(folder.resolve("whatsapp.json"), WhatsAppSimulator.Kept.class, json),
            WhatsAppSimulator.manner(),
            Clock.systemUTC(),
            feed);
    var telegram =
        new TelegramSimulator(
            secrets,
            gateway,
            new JsonFile<>(folder.resolve("telegram.json"), TelegramSimulator.Kept.class, json),
            TelegramSimulator.manner(),
            Clock.systemUTC(),
            feed);
    whatsapp.start();
    telegram.start();
    return new Demo(whatsapp, telegram, mail, new DemoRoutes(whatsapp, telegram, mail, feed, json));
  }

  /**
   * The blocks that the gateway shall open, each with its type, endpoint and settings as in {@code
   * channels}.
   */
  public List<Map<String, Object>> channels() {
    return List.of(whatsapp.channel(), telegram.channel(), mail.channel());
  }

  /**
   * Adds the pages and what they call, all under {@code /demo}.
   *
   * @param page gives the handler that serves a built page, by its name under {@code web}
   */
  public void mount(Router router, Function<String, Handler<RoutingContext>> page) {
    router.get("/demo").handler(page.apply("demo/shop.html"));
    router.get("/demo/phone").handler(page.apply("demo/phone.html"));
    router.get("/demo/mail").handler(page.apply("demo/mail.html"));
    routes.mount(router);
  }

  @Override
  public void close() {
    whatsapp.close();
    telegram.close();
    mail.close();
  }
}
