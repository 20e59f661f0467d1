/** How often in a row a WebSocket to this address ended without ever being open. */
const failed = new Map();

/**
 * What carries frames to `url`: a WebSocket, or, where that could not be opened twice in a row, an
 * event stream with posts. Where that does not open either, it is the WebSocket's turn again.
 */
export async function transport(url) {
  const failures = failed.get(url) ?? 0;
  const blocked = failures >= 2;
  const Carrier = blocked ? await eventStream() : WebSocket;
  const carrier = new Carrier(url, "hilo.v1");
  failed.set(url, blocked ? 0 : failures + 1);
  carrier.addEventListener("open", () => failed.set(url, blocked ? failures : 0));
  return carrier;
}

const eventStream = () =>
  import("./event-stream.js").then(
    (module) => module.EventStream,
    () => WebSocket,
  );
