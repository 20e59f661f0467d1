import { Live } from "../shared/live.js";
import { Outbox } from "../shared/outbox.js";
import { comparePositions, laterPosition, ulid } from "../shared/ids.js";
import { Items } from "./items.js";
import { claim, drafts, outboxShelf, t } from "./prefs.js";
import { Pulse } from "./pulse.js";
import * as session from "./session.js";

export const FILTERS = ["mine", "unassigned", "open", "resolved"];
/** What the filter of a view that the workspace keeps begins with; its id follows. */
export const VIEW = "view:";
const PAGE = 200;
const KEPT_THREADS = 8;
const SIGNAL_MS = 6000;
const VIEWING_MS = 60_000;
const CARD_MS = 120;
const REVOKED = [4101, 4105];
const CARD_CHANGES =
  /^(Conversation|Labels|Priority|Attributes|Address|Identity|Customers|Sealed|Consent|MessageAdded)/;

/**
 * The agent's desk: session, inbox, the open thread and everything the agent does. It draws
 * nothing; `inboxChanged`, `threadChanged` and `shellChanged` tell the elements when to.
 */
export class Desk {
  session = undefined;
  /** What a link of this address brought and the door deals with, see `session.arrival`. */
  arrived = null;
  /** Why somebody who was signed in stands at the door: `revoked`, `signed-out` or `left`. */
  why = null;
  /** What the workspace keeps: users, labels, canned answers… */
  items = new Items();
  filter = "open";
  order = [];
  rows = {};
  counts = {};
  loaded = false;
  limit = PAGE;
  current = null;
  pane = "list";
  /** The page of settings that is shown, `""`: their list; null: the inbox. */
  settings = null;
  /** What stands after the page's name in the address: `#/settings/users/lucia` → `lucia`. */
  within = "";
  stale = null;
  toasts = [];
  dialog = null;
  lastHeard = 0;

  #inbox = new Pulse();
  #thread = new Pulse();
  #shell = new Pulse();
  #recent = [];
  #cardTimer = 0;
  #readSent = new Map();
  #typingSent = 0;

  inboxChanged = this.#inbox.counter;
  threadChanged = this.#thread.counter;
  shellChanged = this.#shell.counter;

  constructor() {
    this.live = new Live({
      url: `${location.origin.replace(/^http/, "ws")}/live`,
      hello: async () => ({ ticket: await session.ticket() }),
      outbox: new Outbox(outboxShelf),
      mine: ({ by }) => by?.kind === "agent" && by.id === this.session?.agent.id,
      refused: ({ code }) => this.#refused(code),
    });
    this.live.on((frame) => this.#frame(frame));
    this.live.status.follow(() => {
      this.#shell.strike();
      this.#thread.strike();
    });
  }

  get online() {
    return this.live.status.value === "open";
  }

  get topic() {
    return this.current && `c:${this.current}`;
  }

  get thread() {
    return this.current ? this.live.threads.get(this.topic) : null;
  }

  get card() {
    return this.thread?.customer ?? null;
  }

  /** Whether the customer of the open thread is on a page of ours now. */
  get customerIsHere() {
    return [...(this.thread?.present?.values() ?? [])].some(({ kind }) => kind === "customer");
  }

  get row() {
    return this.rows[this.current] ?? null;
  }

  /** Whether the gateway lets this person do it; an act is a word of the contract, as `say`. */
  may(act) {
    return this.session?.acts.includes(act) ?? false;
  }

  get name() {
    return this.card?.name || this.row?.name || t("nameless");
  }

  /** Notes and replies of the open thread that have not come back as entries. */
  get pending() {
    return this.live.outbox.visible.filter(
      ({ frame }) =>
        frame.to?.customer === this.current || (frame.action === "note" && frame.topic === this.topic),
    );
  }

  async enter() {
    addEventListener("popstate", () => this.#moved());
    await this.#come(session.arrival());
  }

  #moved() {
    const arrived = session.arrival();
    if (arrived) this.#come(arrived);
    else if (this.session && !this.arrived) this.follow();
  }

  /** With what a link brought, else as whoever is signed in. */
  async #come(arrived) {
    if (arrived?.kind === "enter") {
      arrived = await session.enter(arrived.code).then(
        () => null,
        (failure) => ({ ...arrived, failure }),
      );
      if (!arrived && this.session) return location.reload();
    }
    this.session = await session.recognise(this.session);
    const passing = arrived?.kind === "enter" || arrived?.kind === "problem";
    this.arrived = this.session && passing ? null : arrived;
    if (this.session && !this.arrived) this.#begin();
    this.#shell.strike();
  }

  #begin() {
    const { workspace, agent } = this.session;
    if (claim(`${workspace}/${agent.id}`)) this.live.outbox.items = [];
    this.follow();
    if (this.may("desk")) this.live.watchView("desk");
    this.live.start();
  }

  /** Leaves the link that was opened and goes on as who is signed in. */
  passDoor() {
    this.arrived = null;
    this.#begin();
    this.#shell.strike();
  }

  async signOut() {
    await session.leave();
    history.replaceState(null, "", location.pathname + location.search);
    this.#outside("left");
  }

  /** Nobody is signed in any more, so nothing of the customers stays on this page. */
  #outside(why) {
    this.live.stop();
    for (const topic of [...this.live.threads.keys()]) this.live.unwatch(topic);
    this.session = null;
    this.why = why;
    this.current = null;
    this.dialog = null;
    this.toasts = [];
    this.#recent = [];
    this.#closeDesk();
    this.#closeInbox();
    this.#title();
    this.redraw();
  }

  /** Takes filter, thread and pane from the address. */
  follow() {
    const [, filter, id, ...rest] = location.hash.split("/");
    if (filter === "settings") {
      this.#leaveFor(id ?? "", rest);
      return;
    }
    this.settings = null;
    const [pane] = rest;
    const wanted = FILTERS.includes(filter) || filter?.startsWith(VIEW) ? filter : "open";
    if (!this.may("inbox")) this.filter = wanted;
    else if (wanted !== this.filter || !this.loaded) this.#watchInbox(wanted);
    this.#show(id ? decodeURIComponent(id) : null);
    this.pane = id ? (pane === "details" ? "details" : "thread") : "list";
    this.#shell.strike();
    this.#inbox.strike();
    this.#thread.strike();
  }

  #leaveFor(page, rest) {
    this.settings = page;
    this.within = rest.map(decodeURIComponent).join("/");
    this.#show(null);
    this.pane = page ? "page" : "pages";
    this.redraw();
  }

  /**
   * @param {{filter?: string, id?: string | null, pane?: string, settings?: string}} place
   *     `settings`: a page of settings, with what it shows within: `users/lucia`
   */
  go({ filter = this.filter, id = this.current, pane, settings }, { replace = false } = {}) {
    const hash =
      settings === undefined
        ? `#/${filter}${id ? `/${encodeURIComponent(id)}` : ""}${id && pane === "details" ? "/details" : ""}`
        : `#/settings${settings ? `/${settings}` : ""}`;
    if (hash === location.hash) return;
    history[replace ? "replaceState" : "pushState"](null, "", hash);
    this.follow();
  }

  more() {
    if (this.order.length < this.limit) return;
    this.limit += PAGE;
    this.#askInbox();
  }

  step(by) {
    const at = this.order.indexOf(this.current);
    const next = this.order[at < 0 ? 0 : Math.min(this.order.length - 1, Math.max(0, at + by))];
    if (next) this.go({ id: next }, { replace: Boolean(this.current) });
  }

  say(text, route, basedOn, force) {
    this.live.say({
      id: ulid(),
      content: { type: "text", text },
      to: { customer: this.current, route },
      basedOn,
      ...(force ? { force: true } : {}),
    });
    this.typing(false);
  }

  note(text) {
    this.live.doLater({ topic: this.topic, action: "note", text });
  }

  /** Any other act on the open thread; a refusal becomes a toast and `null`. */
  async act(action, fields = {}) {
    if (!this.may(action)) return null;
    try {
      return await this.live.ask({ type: "do", id: ulid(), topic: this.topic, action, ...fields });
    } catch (failure) {
      const { code } = failure.problem ?? {};
      this.toast(code === "offline" ? t("needsConnection") : t("actionFailed", { why: failure.message }), {
        bad: true,
      });
      return null;
    }
  }

  async resolve() {
    const topic = this.topic;
    const resolved = this.card?.conversation?.status === "resolved" || this.row?.status === "resolved";
    const done = await this.act(resolved ? "reopen" : "resolve");
    if (!done) return;
    this.toast(t(resolved ? "reopenedToast" : "resolvedToast"), {
      undo: resolved
        ? null
        : () => this.live.ask({ type: "do", id: ulid(), topic, action: "reopen" }).catch(() => {}),
    });
  }

  typing(on) {
    const now = Date.now();
    if (!this.may("type") || (on ? now - this.#typingSent < 3000 : !this.#typingSent)) return;
    this.#typingSent = on ? now : 0;
    this.live.tell({ type: "typing", topic: this.topic, on });
  }

  /** The end of the open thread is on screen. */
  seen() {
    const thread = this.thread;
    if (!thread || document.visibilityState !== "visible" || !this.may("read")) return;
    let last;
    for (const { pos, event } of thread.entries) {
      const heard = event.t === "MessageAdded" && event.by?.kind === "customer";
      if (heard || event.t === "CustomersMerged") last = laterPosition(pos, last);
    }
    const known = laterPosition(this.#readSent.get(thread.topic), thread.view.readBy.agent);
    if (!last || comparePositions(last, known) <= 0) return;
    this.#readSent.set(thread.topic, last);
    this.live.tell({ type: "read", topic: thread.topic, upTo: last });
  }

  toast(text, { undo = null, bad = false } = {}) {
    const toast = { id: ulid(), text, undo, bad };
    this.toasts = [...this.toasts.slice(-2), toast];
    setTimeout(() => this.dismiss(toast.id), bad ? 8000 : 6000);
    this.#shell.strike();
  }

  dismiss(id) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    this.#shell.strike();
  }

  open(dialog) {
    this.dialog = dialog;
    this.#shell.strike();
  }

  redraw() {
    this.#shell.strike();
    this.#inbox.strike();
    this.#thread.strike();
  }

  async #refused(code) {
    if (REVOKED.includes(code)) return this.#outside("revoked");
    this.session = await session.recognise(this.session);
    if (!this.session) return this.#outside("signed-out");
    if (code === 4100) this.live.start();
    this.#shell.strike();
  }

  #watchInbox(filter) {
    if (filter !== this.filter) {
      this.order = [];
      this.limit = PAGE;
    }
    this.filter = filter;
    this.loaded = false;
    this.#askInbox();
  }

  #askInbox() {
    const { filter, limit } = this;
    const view = filter.startsWith(VIEW) ? { name: filter.slice(VIEW.length) } : { filter };
    this.live.watchView("inbox", { ...view, limit });
  }

  /** The view that is shown was changed or removed. @param {string} [id] of a view, else any */
  #viewChanged(id) {
    if (!this.filter.startsWith(VIEW)) return;
    const shown = this.filter.slice(VIEW.length);
    if (!this.items.of("view").has(shown)) {
      if (this.settings === null) this.go({ filter: FILTERS[2] }, { replace: true });
      else this.#watchInbox(FILTERS[2]);
    } else if (id === shown) this.#watchInbox(this.filter);
  }

  #closeInbox() {
    this.order = [];
    this.rows = {};
    this.counts = {};
    this.loaded = false;
    this.live.unwatch("inbox");
  }

  #closeDesk() {
    this.items.clear();
    this.live.unwatch("desk");
  }

  /** What this person may do has changed; what is no longer theirs leaves the page. */
  #rights({ roles, acts }) {
    if (!acts) return;
    const had = { inbox: this.may("inbox"), desk: this.may("desk") };
    Object.assign(this.session, { roles, acts });
    if (!this.may("inbox")) this.#closeInbox();
    else if (!had.inbox) this.#watchInbox(this.filter);
    if (!this.may("desk")) this.#closeDesk();
    else if (!had.desk) this.live.watchView("desk");
    this.redraw();
  }

  /** A watch has ended, because the right to it has. */
  #gone(topic) {
    if (topic === "inbox") this.#closeInbox();
    else if (topic === "desk") this.#closeDesk();
    else this.live.unwatch(topic);
    this.#recent = this.#recent.filter((each) => each !== topic);
    if (topic === this.topic) {
      delete this.rows[this.current];
      this.order = this.order.filter((id) => id !== this.current);
      this.go({ id: null }, { replace: true });
      this.toast(t("threadGone"), { bad: true });
    }
    this.redraw();
  }

  #show(id) {
    if (id === this.current) return;
    this.typing(false);
    this.stale = null;
    this.current = id;
    if (!id) return;
    this.unreadAtOpen = this.rows[id]?.unread ?? 0;
    const topic = this.topic;
    this.live.watch(topic);
    this.#recent = [topic, ...this.#recent.filter((each) => each !== topic)];
    for (const old of this.#recent.splice(KEPT_THREADS)) this.live.unwatch(old);
    this.#askCard();
  }

  #askCard() {
    clearTimeout(this.#cardTimer);
    this.#cardTimer = setTimeout(
      () => {
        if (this.current && this.online) this.live.ask({ type: "state", topic: this.topic }).catch(() => {});
      },
      this.card ? CARD_MS : 0,
    );
  }

  #frame(frame) {
    this.lastHeard = Date.now();
    switch (frame.type) {
      case "welcome":
        this.#rights(frame.you ?? {});
        this.#askCard();
        this.#shell.strike();
        break;
      case "rights":
        this.#rights(frame);
        break;
      case "gone":
        this.#gone(frame.topic);
        break;
      case "desk":
        this.items.fill(frame.items);
        this.#viewChanged();
        break;
      case "item":
        this.items.take(frame);
        if ((frame.item?.kind ?? frame.kind) === "view") this.#viewChanged(frame.item?.id);
        break;
      case "counts":
        this.counts = frame.counts;
        this.#inbox.strike();
        break;
      case "rows":
        this.order = frame.order;
        this.rows = frame.rows;
        this.counts = frame.counts ?? this.counts;
        this.loaded = true;
        this.#inbox.strike();
        this.#title();
        break;
      case "row":
        this.#row(frame);
        break;
      case "rebind":
        this.#rebound(frame);
        break;
      case "entry":
        this.#entries(frame.topic, [frame.event]);
        break;
      case "entries":
        this.#entries(
          frame.topic,
          frame.entries.map(({ event }) => event),
        );
        break;
      case "signal":
        this.#signalled(frame);
        break;
      case "caught-up":
        this.#caughtUp(frame);
        break;
      case "rollback":
        if (frame.removed?.length) this.toast(t("rolledBack", { n: frame.removed.length }), { bad: true });
        break;
      case "problem":
        if (frame.code === "stale-view") this.#staleView(frame);
        break;
      default:
    }
    if (frame.type !== "beat") this.#thread.strike();
  }

  #row({ id, row, before, gone, counts }) {
    this.order = this.order.filter((each) => each !== id);
    if (gone) {
      if (id !== this.current) delete this.rows[id];
    } else {
      this.rows[id] = row;
      const at = before ? this.order.indexOf(before) : -1;
      if (at < 0) this.order.push(id);
      else this.order.splice(at, 0, id);
    }
    if (counts) this.counts = counts;
    this.#inbox.strike();
    this.#title();
  }

  #title() {
    const waiting = this.order.filter((id) => this.rows[id]?.unread).length;
    const title = waiting ? `(${waiting > 99 ? "99+" : waiting}) Hilo` : "Hilo";
    if (document.title !== title) document.title = title;
  }

  #entries(topic, events) {
    if (topic !== this.topic) return;
    if (events.some(({ t: type }) => CARD_CHANGES.test(type))) this.#askCard();
    for (const { by, t: type } of events) {
      if (type === "MessageAdded" && by) this.thread?.signals.delete(`typing ${by.kind} ${by.id}`);
    }
  }

  #rebound({ from, to }) {
    const id = to.slice(2);
    this.#recent = [to, ...this.#recent.filter((each) => each !== from && each !== to)];
    if (from !== to) drafts.move(from.slice(2), id);
    if (from !== this.topic) return;
    this.current = id;
    history.replaceState(
      null,
      "",
      `#/${this.filter}/${encodeURIComponent(id)}${this.pane === "details" ? "/details" : ""}`,
    );
    this.#askCard();
    this.#shell.strike();
  }

  /** `present`: who is at the thread now, by session. */
  #caughtUp({ topic, present }) {
    const thread = this.live.threads.get(topic);
    if (thread && present) thread.present = new Map(present.map(({ session: id, who }) => [id, who]));
  }

  #signalled({ topic, kind, who, data }) {
    const thread = this.live.threads.get(topic);
    if (thread && kind === "presence") {
      thread.present ??= new Map();
      if (data?.on) thread.present.set(data.session, who);
      else {
        thread.present.delete(data?.session);
        thread.signals.delete(`viewing ${who?.kind} ${who?.id}`);
      }
    }
    if (!thread || (kind !== "typing" && kind !== "viewing")) return;
    const key = `${kind} ${who?.kind} ${who?.id}`;
    if (!data?.on) {
      thread.signals.delete(key);
      return;
    }
    const life = kind === "typing" ? SIGNAL_MS : VIEWING_MS;
    const until = Date.now() + life;
    thread.signals.set(key, { kind, who, until });
    setTimeout(() => {
      if (thread.signals.get(key)?.until === until) thread.signals.delete(key);
      this.#thread.strike();
    }, life);
  }

  /** Somebody else wrote meanwhile: the words go back to the composer, which asks once. */
  #staleView(frame) {
    const item = this.live.outbox.find(frame.ref);
    if (!item?.frame.to) return;
    const { frame: said } = item;
    const missed = (frame.detail?.missed ?? []).map(({ event }) => event.id);
    this.live.outbox.remove(said.id);
    if (said.to.customer === this.current) {
      this.stale = { text: said.content.text, route: said.to.route, missed: new Set(missed) };
    } else {
      drafts.set(said.to.customer, "reply", said.content.text);
      this.toast(t("staleElsewhere"), { bad: true });
    }
  }
}

export const desk = new Desk();
