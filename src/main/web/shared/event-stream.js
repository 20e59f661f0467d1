const OPEN = 1;
const CLOSED = 3;
const LOST = 1006;
const AGAIN_MS = 1000;
const MOST_POSTED = 100_000;

/**
 * The part of a WebSocket that the live protocol uses, over `fetch`: the first frame sent opens the
 * stream, later ones are posted one after the other. A post that fails ends it, as a lost socket.
 */
export class EventStream extends EventTarget {
  readyState = OPEN;
  onopen = null;
  onmessage = null;
  onclose = null;

  #url;
  #push = "";
  #queue = [];
  #posting = false;
  #begun = false;
  #stop = new AbortController();

  constructor(url) {
    super();
    this.#url = url.replace(/^ws/, "http");
    setTimeout(() => this.onopen?.());
  }

  send(text) {
    if (!this.#begun) {
      this.#begun = true;
      this.#read(text);
    } else {
      this.#queue.push(text);
      this.#post();
    }
  }

  close() {
    this.#end(LOST);
  }

  #end(code) {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#stop.abort();
    this.dispatchEvent(new Event("close"));
    this.onclose?.({ code });
  }

  #call(path, body, headers) {
    return fetch(`${this.#url}/${path}`, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", ...headers },
      credentials: "omit",
      cache: "no-store",
      signal: this.#stop.signal,
    });
  }

  async #read(hello) {
    try {
      const answer = await this.#call("stream", hello);
      if (!answer.ok) throw new Error(answer.status);
      this.dispatchEvent(new Event("open"));
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) this.#take(event);
      }
      this.#end(LOST);
    } catch {
      this.#end(LOST);
    }
  }

  #take(event) {
    const lines = event.split("\n");
    const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
    if (!data || this.readyState === CLOSED) return;
    if (lines.includes("event: close")) {
      this.#end(JSON.parse(data).code);
      return;
    }
    if (!this.#push) this.#push = JSON.parse(data).push ?? "";
    this.onmessage?.({ data });
    this.#post();
  }

  async #post() {
    if (this.#posting || !this.#push || this.#queue.length === 0 || this.readyState === CLOSED) return;
    this.#posting = true;
    let count = 1;
    for (let size = this.#queue[0].length; count < this.#queue.length; count++) {
      size += this.#queue[count].length;
      if (size > MOST_POSTED) break;
    }
    try {
      const frames = this.#queue.slice(0, count).join("\n");
      const answer = await this.#call("frames", frames, { "Hilo-Push": this.#push });
      if (answer.ok) this.#queue.splice(0, count);
      else if (answer.status === 429) await new Promise((then) => setTimeout(then, AGAIN_MS));
      else throw new Error(answer.status);
    } catch {
      this.#end(LOST);
      return;
    }
    this.#posting = false;
    this.#post();
  }
}
