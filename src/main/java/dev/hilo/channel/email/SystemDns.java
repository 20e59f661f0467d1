package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;

/** The name servers of this machine, or some others; what they say is kept as long as they say. */
final class SystemDns implements Dns {
  private static final Duration PATIENCE = Duration.ofSeconds(4);
  private static final int KEPT = 20_000;

  private final Cache cache = new Cache(DClass.IN);
  private @Nullable Resolver resolver;

  SystemDns() {
    cache.setMaxEntries(KEPT);
  }

  SystemDns(Resolver resolver) {
    this();
    this.resolver = resolver;
  }

  private synchronized Resolver resolver() {
    if (resolver == null) {
      var system = new ExtendedResolver();
      system.setRetries(2);
      system.setTimeout(PATIENCE);
      resolver = system;
    }
    return resolver;
  }

  @Override
  public Answer ask(String name, Type type) throws Unanswered {
    Lookup lookup;
    try {
      var absolute = Name.fromString(name.endsWith(".") ? name : name + ".");
      lookup = new Lookup(absolute, org.xbill.DNS.Type.value(type.name()));
    } catch (TextParseException e) {
      return new Answer(false, List.of());
    }
    lookup.setResolver(resolver());
    lookup.setCache(cache);
    Record[] records = lookup.run();
    return switch (lookup.getResult()) {
      case Lookup.SUCCESSFUL -> new Answer(true, records == null ? List.of() : texts(records));
      case Lookup.HOST_NOT_FOUND -> new Answer(false, List.of());
      case Lookup.TYPE_NOT_FOUND -> new Answer(true, List.of());
      default -> throw new Unanswered("no answer about " + name);
    };
  }

  private static List<String> texts(Record[] records) {
    return Arrays.stream(records)
        .sorted(Comparator.comparingInt(r -> r instanceof MXRecord mx ? mx.getPriority() : 0))
        .map(SystemDns::text)
        .toList();
  }

  private static String text(Record record) {
    return switch (record) {
      case ARecord a -> a.getAddress().getHostAddress();
      case AAAARecord a -> a.getAddress().getHostAddress();
      case MXRecord mx -> mx.getTarget().toString(true);
      case PTRRecord ptr -> ptr.getTarget().toString(true);
      case TXTRecord txt -> {
        var all = new StringBuilder();
        txt.getStringsAsByteArrays().forEach(b -> all.append(new String(b, UTF_8)));
        yield all.toString();
      }
      default -> record.rdataToString();
    };
  }
}
