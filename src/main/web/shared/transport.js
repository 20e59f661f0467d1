let Carrier = WebSocket;
let failures = 0;

/**
 * What carries frames to `url`: a WebSocket, or, where that could not be opened twice in a row
 * although the gateway can be reached, an event stream with posts. After a stream it is the
 * WebSocket's turn again.
 */
export function transport(url) {
  const tried = Carrier;
  const carrier = new tried(url, "hilo.v1");
  let opened = false;
  carrier.addEventListener("open", () => {
    opened = true;
  });
  carrier.addEventListener("close", async () => {
    if (opened || tried !== WebSocket) {
      Carrier = WebSocket;
      failures = 0;
      return;
    }
    try {
      await fetch(url.replace(/^ws/, "http"), { mode: "no-cors" });
      if (++failures > 1) Carrier = (await import("./event-stream.js")).EventStream;
    } catch {
      // nobody is there at all
    }
  });
  return carrier;
}
