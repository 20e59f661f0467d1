package dev.hilo.faults;

import java.util.List;

/** The Redis behind the gateways, alone, with a replica, or clustered. */
interface Store extends AutoCloseable {
  /** As gateways are configured. */
  String uri();

  /** Ports of all masters there are now. */
  List<Integer> masters();

  /** Waits until whatever was broken on purpose is whole again. */
  void heal();

  @Override
  void close();
}
