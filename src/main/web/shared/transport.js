/** How often in a row a WebSocket ended without ever being open. */
let failures = 0;

/**
 * What carries frames to `url`: a WebSocket, or, where that could not be opened twice in a row, an
 * event stream with posts. Where that does not open either, it is the WebSocket's turn again.
 */
export async function transport(url) {
  const blocked = failures > 1;
  const Carrier = blocked ? (await import("./event-stream.js")).EventStream : WebSocket;
  const carrier = new Carrier(url, "hilo.v1");
  const opened = blocked ? failures : 0;
  failures = blocked ? 0 : failures + 1;
  carrier.addEventListener("open", () => {
    failures = opened;
  });
  return carrier;
}
