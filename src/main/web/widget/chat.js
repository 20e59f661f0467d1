import { Live } from "../shared/live.js";
import { Outbox } from "../shared/outbox.js";
import { Thread } from "../shared/thread.js";
import { comparePositions, laterPosition } from "../shared/ids.js";
import { signal } from "../shared/signal.js";
import { Shelf } from "./shelf.js";

const TAIL = 50;
const SAVE_MS = 300;
const TYPING_SHOWN_MS = 6000;
const TYPING_EVERY_MS = 3000;
const TYPING_IDLE_MS = 4000;

/**
 * One visitor's conversation: session, thread, what is unread, and what has to be proven. Knows
 * nothing of how it is drawn; `changed` counts up whenever something to be drawn changed.
 */
export class Chat {
  changed = signal(0);
  arrived = () => {};
  typing = null;
  proof = null;
  fault = null;
  inboxInfo = null;
  trimmed = false;

  #saveTimer = 0;
  #typingTimer = 0;
  #typingSent = 0;
  #typingIdle = 0;
  #context = new Map();
  #link;

  /** @param {{origin: string, inbox: string, link?: string}} options */
  constructor({ origin, inbox, link }) {
    this.origin = origin;
    this.inbox = inbox;
    this.#link = link;
    this.shelf = new Shelf(inbox);
    const kept = this.shelf.read();
    if (link) this.shelf.write({ token: undefined, tail: undefined, topic: undefined, seen: undefined });
    const known = link ? {} : kept;
    this.seen = known.seen;
    this.inboxInfo = known.about ?? null;
    if (known.prove?.expires > Date.now()) this.proof = { ...known.prove, step: "ask" };
    this.live = new Live({
      url: `${origin.replace(/^http/, "ws")}/live`,
      hello: async () => this.#hello(),
      outbox: new Outbox(this.shelf.outbox()),
      mine: (event) => Boolean(event.by?.me),
      refused: (reason) => this.#refused(reason),
    });
    if (known.topic && known.tail) {
      const thread = new Thread(known.topic);
      thread.replace(known.tail, known.cursor);
      thread.have = known.have;
      this.trimmed = Boolean(known.trimmed);
      this.live.threads.set(known.topic, thread);
      this.topic = known.topic;
    }
    this.live.on((frame) => this.#frame(frame));
    this.live.status.follow(() => this.#redraw());
    this.shelf.follow((news) => this.#otherTab(news));
    addEventListener("pagehide", () => this.#save());
  }

  get known() {
    return Boolean(this.shelf.read().token);
  }

  get thread() {
    return this.live.threads.get(this.topic);
  }

  get empty() {
    return !this.thread?.entries.length && !this.pending.length;
  }

  /** What was said here and has not come back as an entry yet, oldest first. */
  get pending() {
    return this.live.outbox.visible.filter(({ frame }) => frame.type === "say");
  }

  get unread() {
    const view = this.thread?.view;
    if (!view) return 0;
    const seen = laterPosition(this.seen, view.readBy.customer);
    return view.items.filter(
      (item) =>
        item.kind === "message" &&
        !item.by.me &&
        item.by.kind === "agent" &&
        comparePositions(item.pos, seen) > 0,
    ).length;
  }

  connect() {
    this.fault = null;
    this.live.start();
  }

  say(content) {
    this.#typingStops();
    this.live.say({ content });
  }

  /** Everything shown has been seen by the visitor. */
  markSeen() {
    const last = this.thread?.entries.reduce((latest, { pos }) => laterPosition(pos, latest), undefined);
    if (!last || comparePositions(last, this.seen) <= 0) return;
    const unread = this.unread;
    this.seen = last;
    this.shelf.write({ seen: last });
    this.shelf.tell({ seen: last });
    if (unread) {
      this.live.tell({ type: "read", topic: this.topic, upTo: last });
      this.#redraw();
    }
  }

  typed(text) {
    clearTimeout(this.#typingIdle);
    if (!text) return this.#typingStops();
    const now = Date.now();
    if (now - this.#typingSent >= TYPING_EVERY_MS) {
      this.#typingSent = now;
      this.live.tell({ type: "typing", topic: this.topic, on: true });
    }
    this.#typingIdle = setTimeout(() => this.#typingStops(), TYPING_IDLE_MS);
  }

  older() {
    if (this.trimmed && this.topic) {
      this.trimmed = false;
      this.live.tell({ type: "watch", topic: this.topic });
    } else if (this.thread) {
      this.live.older(this.thread);
    }
  }

  /** @returns {Promise<{url: string, expires: number}>} a one-time link for another device */
  link() {
    return this.live.ask({ type: "do", topic: this.topic, action: "link" });
  }

  askForCode() {
    this.proof = { step: "ask" };
    this.#redraw();
  }

  dismissProof() {
    this.proof = null;
    this.shelf.write({ prove: undefined });
    this.#redraw();
  }

  async prove(code) {
    this.proof = { ...this.proof, step: "checking" };
    this.#redraw();
    try {
      await this.live.ask({ type: "do", topic: this.topic, action: "prove", code });
      this.proof = { step: "done" };
      this.shelf.write({ prove: undefined });
    } catch (failure) {
      this.proof = { ...this.proof, step: failure.problem?.code === "wrong-code" ? "wrong" : "failed" };
    }
    this.#redraw();
  }

  /** Facts of the page (`cart`, `page`, ...) shown to the agent; sent once a conversation exists. */
  context(values) {
    for (const [key, value] of Object.entries(values ?? {})) this.#context.set(key, value);
    this.#sendContext();
  }

  /** Forgets this visitor; `everywhere` also in what the tabs share. */
  reset(everywhere = true) {
    this.live.stop();
    this.live.threads.clear();
    this.live.outbox.items = [];
    this.topic = undefined;
    this.seen = undefined;
    this.proof = null;
    this.fault = null;
    this.#link = undefined;
    clearTimeout(this.#saveTimer);
    if (everywhere) this.shelf.clear();
    this.#redraw();
  }

  #hello() {
    const { token } = this.shelf.read();
    const device = navigator.userAgentData?.platform || navigator.platform || "browser";
    if (this.#link) return { link: this.#link, device };
    if (token) return { token, topic: this.topic, since: this.thread?.have };
    return { inbox: this.inbox, app: "hilo-widget", device };
  }

  #frame(frame) {
    switch (frame.type) {
      case "welcome":
        this.#welcomed(frame);
        break;
      case "rebind":
        this.topic = frame.to;
        this.trimmed = false;
        if (frame.why === "proved") this.proof = { step: "done" };
        this.#saveSoon();
        break;
      case "entry":
        this.#entered([frame.event]);
        break;
      case "entries":
        this.#entered(frame.entries.map(({ event }) => event));
        break;
      case "caught-up":
        this.#sendContext();
        this.#saveSoon();
        break;
      case "page":
        this.topic = frame.topic;
        this.#saveSoon();
        break;
      case "older":
        this.#saveSoon();
        break;
      case "rollback":
        this.#sayAgain(frame.removed);
        break;
      case "signal":
        this.#signalled(frame);
        break;
      case "auth-due":
        this.#renew();
        break;
      case "problem":
        if (frame.code === "forbidden-origin" || frame.code === "too-many-devices") this.fault = frame.code;
        if (frame.code === "bad-link") this.fault = "bad-link";
        break;
      default:
    }
    this.#redraw();
  }

  #welcomed({ token, topic, inbox }) {
    const kept = this.shelf.read();
    if (token && kept.token && kept.token !== token && !this.#link && this.empty) {
      // Another tab of this browser began a moment earlier: both continue as that visitor.
      this.live.stop();
      this.live.threads.clear();
      this.topic = undefined;
      this.live.start();
      return;
    }
    this.#link = undefined;
    if (token) this.shelf.write({ token });
    if (inbox) {
      this.inboxInfo = inbox;
      this.shelf.write({ about: inbox });
    }
    this.topic ??= topic;
  }

  #entered(events) {
    this.#saveSoon();
    const news = events.filter((event) => event.t === "MessageAdded" && !event.by?.me);
    if (!news.length) return;
    if (news.some((event) => event.by?.kind === "agent")) this.typing = null;
    this.arrived(news);
  }

  /** What the store lost is said again under its old id; the loss took the old one with it. */
  #sayAgain(removed) {
    for (const { event } of removed) {
      if (event.t === "MessageAdded" && event.by?.me) {
        this.live.say({ id: event.id, content: event.body.content });
      }
    }
  }

  #signalled({ kind, who, data }) {
    if (kind === "typing" && who?.kind !== "customer") {
      clearTimeout(this.#typingTimer);
      this.typing = data?.on ? (who?.name ?? "") : null;
      if (data?.on) {
        this.#typingTimer = setTimeout(() => {
          this.typing = null;
          this.#redraw();
        }, TYPING_SHOWN_MS);
      }
    } else if (kind === "prove") {
      const prove = { expires: data?.expires, asked: true };
      this.proof = { ...prove, step: "ask" };
      this.shelf.write({ prove });
      this.arrived([]);
    }
  }

  async #renew() {
    const { token } = this.shelf.read();
    if (!token) return;
    const answer = await this.live.ask({ type: "auth", token }).catch(() => null);
    if (answer?.token) this.shelf.write({ token: answer.token });
  }

  #refused({ code }) {
    if (this.fault) return this.#redraw();
    if (code === 4101) {
      this.shelf.write({ token: undefined, tail: undefined, topic: undefined });
      this.fault = "revoked";
    } else if (code === 4100 && this.#link) {
      this.fault = "bad-link";
    } else if (code === 4100 && this.known) {
      this.shelf.write({ token: undefined, tail: undefined, topic: undefined, have: undefined });
      this.live.threads.clear();
      this.topic = undefined;
      this.live.start();
    } else {
      this.fault = "refused";
    }
    this.#redraw();
  }

  #otherTab({ seen, reset }) {
    if (seen && comparePositions(seen, this.seen) > 0) this.seen = seen;
    if (reset) this.reset(false);
    this.#redraw();
  }

  #typingStops() {
    clearTimeout(this.#typingIdle);
    if (!this.#typingSent) return;
    this.#typingSent = 0;
    this.live.tell({ type: "typing", topic: this.topic, on: false });
  }

  #sendContext() {
    const thread = this.thread;
    if (!thread?.ready || !thread.entries.length || this.live.status.value !== "open") return;
    for (const [key, value] of this.#context) {
      this.#context.delete(key);
      const put = (rev) => this.live.ask({ type: "put", topic: thread.topic, key, rev, value });
      put(thread.objects[key]?.rev ?? 0).catch(({ problem }) => {
        if (problem?.code === "object-conflict") put(problem.detail?.rev ?? 0).catch(() => {});
        else if (problem?.temporary && !this.#context.has(key)) this.#context.set(key, value);
      });
    }
  }

  #saveSoon() {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#save(), SAVE_MS);
  }

  #save() {
    const thread = this.thread;
    if (!thread || !this.known) return;
    const cut = thread.entries.length > TAIL;
    this.shelf.write({
      topic: this.topic,
      tail: thread.entries.slice(-TAIL),
      have: thread.have,
      cursor: cut ? undefined : thread.cursor,
      trimmed: cut || this.trimmed || undefined,
    });
  }

  #redraw() {
    this.changed.value++;
  }
}
