import { Answers, ProblemError } from "./answers.js";
import { signal } from "./signal.js";
import { Thread } from "./thread.js";
import { transport } from "./transport.js";

const PROBE_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** Slow growth: a gateway that was away for ten seconds is found again within about four. */
const RETRY_GROWTH = 1.5;
const REWATCH_MS = 8_000;

/**
 * The client side of the live protocol: one socket that is always being kept or regained, the
 * threads it watches, and what it still has to say.
 *
 * `hello` is asked for the fields of the first frame on every connection; when it rejects with
 * `refused: true` (or the gateway closes with 4100-4199) the connection stays down and
 * `refused(reason)` is called. `status` is `idle`, `connecting`, `open`, `waiting` or `refused`.
 */
export class Live {
  status = signal("idle");
  threads = new Map();
  welcome = null;

  #socket = null;
  #attempt = 0;
  #retryTimer = 0;
  #beatTimer = 0;
  #probeTimer = 0;
  #heard = 0;
  #answers = new Answers();
  #listeners = new Set();
  #wanted = new Map();
  #generation = 0;

  /**
   * @param {{url: string, hello: () => Promise<object>, outbox: import("./outbox.js").Outbox,
   *     mine: (event: object) => boolean, refused?: (reason: {code: string | number}) => void}} options
   */
  constructor({ url, hello, outbox, mine, refused }) {
    this.url = url;
    this.hello = hello;
    this.outbox = outbox;
    this.mine = mine;
    this.refused = refused ?? (() => {});
    this.wake = () => {
      if (document.visibilityState !== "hidden") this.#probe();
    };
    this.cut = () => {
      if (this.#socket) this.#lost(this.#socket);
    };
  }

  start() {
    if (this.status.value !== "idle" && this.status.value !== "refused") return;
    addEventListener("online", this.wake);
    addEventListener("offline", this.cut);
    addEventListener("pageshow", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.#attempt = 0;
    this.#connect();
  }

  stop(status = "idle") {
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.cut);
    removeEventListener("pageshow", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    clearTimeout(this.#retryTimer);
    this.#drop();
    this.status.value = status;
  }

  /** Follows every frame after the threads have taken it. Returns the end of the following. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says something now or as soon as possible; it stands in the outbox until confirmed. */
  say(fields) {
    this.#queue({ type: "say", ...fields });
  }

  retry(id) {
    this.outbox.retry(id);
    this.#flush();
    this.#emit({ type: "outbox" });
  }

  discard(id) {
    this.outbox.remove(id);
    this.#emit({ type: "outbox" });
  }

  /** A durable act that, like `say`, survives a reload: notes. */
  doLater(fields) {
    this.#queue({ type: "do", ...fields });
  }

  /**
   * Sends a frame and waits for its answer.
   *
   * @throws {ProblemError} when the gateway answers with a problem or the connection is down
   */
  ask(frame) {
    if (this.status.value !== "open") {
      return Promise.reject(new ProblemError({ code: "offline", title: "No connection", temporary: true }));
    }
    return this.#answers.expect((ref) => this.#send({ ...frame, ref }));
  }

  /** Sends a frame that may be lost. */
  tell(frame) {
    if (this.status.value === "open") this.#send(frame);
  }

  /** Follows a thread across connections. */
  watch(topic) {
    let thread = this.threads.get(topic);
    if (!thread) {
      thread = new Thread(topic);
      this.threads.set(topic, thread);
      this.#wanted.set(topic, () => ({ type: "watch", topic, since: this.threads.get(topic)?.have }));
      this.#rewatch(topic);
    }
    return thread;
  }

  /** Follows `inbox` or `desk` across connections; the last view asked for stands. */
  watchView(topic, view) {
    this.#wanted.set(topic, () => ({ type: "watch", topic, view }));
    this.#rewatch(topic);
  }

  unwatch(topic) {
    this.threads.delete(topic);
    if (this.#wanted.delete(topic)) this.tell({ type: "unwatch", topic });
  }

  /** Adds the page before the oldest known entry. */
  async older(thread, limit = 30) {
    if (!thread.cursor || thread.loadingOlder) return;
    thread.loadingOlder = true;
    try {
      const page = await this.ask({ type: "history", topic: thread.topic, cursor: thread.cursor, limit });
      thread.prepend(page.entries, page.cursor);
    } catch {
      thread.loadingOlder = false;
    }
    this.#emit({ type: "older", topic: thread.topic });
  }

  #queue(frame) {
    this.outbox.add(frame);
    this.#flush();
    this.#emit({ type: "outbox" });
  }

  async #connect() {
    const generation = ++this.#generation;
    this.status.value = "connecting";
    let fields;
    try {
      fields = await this.hello();
    } catch (failure) {
      if (generation !== this.#generation) return;
      if (failure.refused) this.#refuse({ code: failure.code ?? "refused" });
      else this.#later();
      return;
    }
    if (generation !== this.#generation) return;
    const socket = this.#open(fields);
    this.#probeTimer = setTimeout(() => this.#lost(socket), PROBE_MS);
    this.#use(socket);
  }

  #open(fields) {
    const socket = transport(this.url);
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...fields }));
    return socket;
  }

  #use(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#receive(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return;
      if (code >= 4100 && code < 4200) this.#refuse({ code });
      else this.#lost(socket);
    };
  }

  /** The gateway goes away: this connection is heard until another one has caught up. */
  async #move(old) {
    if (old !== this.#socket) return;
    const again = () => void setTimeout(() => this.#move(old), FIRST_RETRY_MS);
    const fields = await this.hello().catch(again);
    if (!fields) return;
    const next = this.#open(fields);
    next.onclose = again;
    next.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type !== "welcome" || old !== this.#socket) return next.close();
      this.#use(next);
      this.outbox.rewind();
      const thread = this.threads.get(fields.topic);
      if (thread) thread.catchingUp = true;
      old.onmessage = (event) => this.#receive(JSON.parse(event.data));
      this.#receive(frame);
      const leave = () => {
        if ([...this.threads.values()].some((each) => each.catchingUp)) setTimeout(leave, FIRST_RETRY_MS);
        else old.close();
      };
      setTimeout(leave, PROBE_MS / 5); // answers to what was asked there may still come
    };
  }

  #refuse(reason) {
    this.stop("refused");
    this.refused(reason);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    this.#drop();
    this.#later();
  }

  #drop() {
    this.#generation++;
    clearTimeout(this.#probeTimer);
    clearInterval(this.#beatTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.outbox.rewind();
    for (const thread of this.threads.values()) {
      thread.catchingUp = false;
      thread.loadingOlder = false;
    }
    this.#answers.lost();
  }

  #later() {
    this.status.value = "waiting";
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * RETRY_GROWTH ** this.#attempt++);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), ceiling * (0.5 + Math.random() / 2));
  }

  /** The page woke up or the network came back: is the connection still alive? */
  #probe() {
    if (this.status.value === "waiting") {
      clearTimeout(this.#retryTimer);
      this.#attempt = 0;
      this.#connect();
    } else if (this.status.value === "open") {
      const socket = this.#socket;
      const asked = Date.now();
      this.#send({ type: "beat" });
      clearTimeout(this.#probeTimer);
      this.#probeTimer = setTimeout(() => {
        if (this.#heard < asked) this.#lost(socket);
      }, PROBE_MS);
    }
  }

  #supervise(beatSeconds) {
    const socket = this.#socket;
    const every = beatSeconds * 1000;
    clearInterval(this.#beatTimer);
    this.#beatTimer = setInterval(() => {
      if (Date.now() - this.#heard > 2 * every) this.#lost(socket);
      else this.#send({ type: "beat" });
    }, every);
  }

  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #flush() {
    if (this.status.value !== "open") return;
    const window = this.welcome?.limits?.unacked ?? 16;
    let flying = this.outbox.items.filter((item) => item.state === "sent").length;
    for (const item of this.outbox.items) {
      if (item.state !== "queued" || flying >= window) continue;
      item.state = "sent";
      flying++;
      this.#send({ ...item.frame, ref: item.frame.id });
    }
  }

  #rewatch(topic) {
    const thread = this.threads.get(topic);
    if (this.status.value !== "open" || thread?.catchingUp) return;
    if (thread) {
      thread.catchingUp = true;
      setTimeout(() => {
        thread.catchingUp = false;
      }, REWATCH_MS);
    }
    this.tell(this.#wanted.get(topic)?.() ?? { type: "watch", topic, since: thread?.have });
  }

  #receive(frame) {
    this.#heard = Date.now();
    switch (frame.type) {
      case "welcome":
        this.#welcomed(frame);
        break;
      case "page":
        this.#page(frame);
        break;
      case "entry":
        if (this.#take(frame.topic, frame) !== "new") return;
        break;
      case "entries": {
        let prev = frame.prev;
        frame.entries = frame.entries.filter((entry) => {
          const taken = { ...entry, prev };
          prev = entry.pos;
          return this.#take(frame.topic, taken) === "new";
        });
        break;
      }
      case "caught-up":
        this.#thread(frame.topic).caughtUp(frame);
        break;
      case "rollback":
        frame.removed = this.threads.get(frame.topic)?.rollback(frame.void, frame.after) ?? [];
        break;
      case "rebind":
        this.#rebind(frame);
        break;
      case "object": {
        const thread = this.threads.get(frame.topic);
        if (thread)
          thread.objects = { ...thread.objects, [frame.key]: { rev: frame.rev, value: frame.value } };
        break;
      }
      case "state": {
        const thread = this.threads.get(frame.topic);
        if (thread) thread.customer = frame.customer;
        break;
      }
      case "ack":
        this.outbox.acked(frame.id ?? frame.ref, frame.pos);
        this.#settleSeen(frame);
        this.#flush();
        break;
      case "problem":
        this.#problem(frame);
        break;
      case "moving":
        setTimeout((socket) => this.#move(socket), frame.after, this.#socket);
        break;
      default:
    }
    this.#answers.take(frame);
    this.#emit(frame);
  }

  #welcomed(frame) {
    this.welcome = frame;
    this.#attempt = 0;
    clearTimeout(this.#probeTimer);
    this.#supervise(frame.beat);
    this.status.value = "open";
    for (const topic of this.#wanted.keys()) this.#rewatch(topic);
    this.#flush();
  }

  #thread(topic) {
    let thread = this.threads.get(topic);
    if (!thread) this.threads.set(topic, (thread = new Thread(topic)));
    return thread;
  }

  #page(frame) {
    if (this.#answers.awaits(frame)) return;
    const thread = this.#thread(frame.topic);
    thread.replace(frame.entries, frame.cursor);
    for (const { event, pos } of frame.entries) this.outbox.seen(event, pos, this.mine(event));
  }

  #take(topic, entry) {
    const thread = this.#thread(topic);
    const result = thread.accept(entry);
    if (result === "gap") this.#rewatch(topic);
    else this.outbox.seen(entry.event, entry.pos, this.mine(entry.event));
    return result;
  }

  #rebind({ from, to }) {
    this.threads.delete(from);
    if (this.#wanted.delete(from)) {
      this.#wanted.set(to, () => ({ type: "watch", topic: to, since: this.threads.get(to)?.have }));
    }
    this.threads.set(to, new Thread(to));
    for (const { frame } of this.outbox.items) {
      if (frame.topic === from) frame.topic = to;
      if (frame.to?.customer && `c:${frame.to.customer}` === from) {
        frame.to = { ...frame.to, customer: to.slice(2) };
      }
    }
  }

  /** An ack may arrive after the entry it confirms. */
  #settleSeen({ id, pos }) {
    const said = this.outbox.find(id)?.frame;
    const customer = said?.to?.customer;
    for (const [topic, thread] of this.threads) {
      if (customer && topic !== `c:${customer}`) continue;
      const entry = thread.entries.findLast((each) => each.pos === pos);
      if (entry) this.outbox.seen(entry.event, pos, true);
    }
  }

  #problem(frame) {
    const item = frame.ref && this.outbox.find(frame.ref);
    if (!item) return;
    if (!frame.temporary) {
      this.outbox.failed(frame.ref, { code: frame.code, title: frame.title, detail: frame.detail });
      return;
    }
    setTimeout(
      () => {
        if (item.state === "sent") item.state = "queued";
        this.#flush();
      },
      1000 * (frame.retryAfter || 1),
    );
  }

  #emit(frame) {
    for (const listener of [...this.#listeners]) listener(frame);
  }
}
