import { Live } from "../shared/live.js";
import { Outbox } from "../shared/outbox.js";
import { comparePositions, laterPosition, ulid } from "../shared/ids.js";
import { FILTERS, InboxList, VIEW } from "./inbox-list.js";
import { Items } from "./items.js";
import { claim, drafts, outboxShelf, t } from "./prefs.js";
import { areHere, signalled } from "./presence.js";
import { Pulse } from "./pulse.js";
import * as session from "./session.js";

const KEPT_THREADS = 8;
const CARD_MS = 120;
const REVOKED = [4101, 4105];
const CARD_CHANGES =
  /^(Conversation|Labels|Priority|Attributes|Address|Identity|Customers|Sealed|Consent|MessageAdded)/;

const LEARNT_MS = 60_000;

/** A line of what somebody said. */
export const previewOf = ({ content = {} }) =>
  (content.text ?? content.caption ?? content.title ?? content.name ?? "").slice(0, 120);

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
  current = null;
  pane = "list";
  /** The page of settings that is shown, `""`: their list; null: the inbox. */
  settings = null;
  /** What stands after the page's name in the address: `#/settings/users/lucia` → `lucia`. */
  within = "";
  stale = null;

  /** The message that the next reply answers. */
  answering = null;

  /** What each channel can carry, by its type. */
  capabilities = new Map();
  /** Files that were refused with their message and go back to the composer, by customer. */
  returned = new Map();
  toasts = [];
  dialog = null;
  lastHeard = 0;

  #inbox = new Pulse();
  #thread = new Pulse();
  #shell = new Pulse();
  #recent = [];
  #cardTimer = 0;
  #learnt = 0;
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
    /** The rows that the inbox shows. */
    this.list = new InboxList(this.live);
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
    return this.list.rows[this.current] ?? null;
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
    if (!this.owes) this.#connect();
  }

  /** Whether nothing else is to be had before the second factor is set up. */
  get owes() {
    return Boolean(this.session?.secondFactorDue);
  }

  /** The second factor is set up: now the rest is to be had. */
  settled() {
    if (this.live.status.value !== "open") this.#connect();
  }

  #connect() {
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
    this.list.close();
    this.#title();
    this.redraw();
  }

  /** Takes filter, thread and pane from the address. */
  follow() {
    if (this.owes) history.replaceState(null, "", "#/settings/security");
    const [, filter, id, ...rest] = location.hash.split("/");
    if (filter === "settings") {
      this.#leaveFor(id ?? "", rest);
      return;
    }
    this.settings = null;
    const [pane] = rest;
    const wanted = FILTERS.includes(filter) || filter?.startsWith(VIEW) ? filter : "open";
    if (!this.may("inbox")) this.list.filter = wanted;
    else if (wanted !== this.list.filter || !this.list.loaded) this.list.watch(wanted);
    this.#show(id ? session.plain(id) : null);
    this.pane = id ? (pane === "details" ? "details" : "thread") : "list";
    this.#shell.strike();
    this.#inbox.strike();
    this.#thread.strike();
  }

  #leaveFor(page, rest) {
    this.settings = page;
    this.within = rest.map(session.plain).join("/");
    this.#show(null);
    this.pane = page ? "page" : "pages";
    this.redraw();
  }

  /**
   * @param {{filter?: string, id?: string | null, pane?: string, settings?: string}} place
   *     `settings`: a page of settings, with what it shows within: `users/lucia`
   */
  go({ filter = this.list.filter, id = this.current, pane, settings }, { replace = false } = {}) {
    const hash =
      settings === undefined
        ? `#/${filter}${id ? `/${encodeURIComponent(id)}` : ""}${id && pane === "details" ? "/details" : ""}`
        : `#/settings${settings ? `/${settings}` : ""}`;
    if (hash === location.hash) return;
    history[replace ? "replaceState" : "pushState"](null, "", hash);
    this.follow();
  }

  step(by) {
    const { order } = this.list;
    const at = order.indexOf(this.current);
    const next = order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))];
    if (next) this.go({ id: next }, { replace: Boolean(this.current) });
  }

  /** Asks what the open channels can carry, now and then. */
  async learnChannels() {
    if (!this.may("desk") || Date.now() - this.#learnt < LEARNT_MS) return;
    this.#learnt = Date.now();
    const answer = await fetch("/api/v1/channels", { headers: { accept: "application/json" } }).catch(() => null);
    const { channels = [] } = answer?.ok ? await answer.json() : {};
    this.capabilities = new Map(channels.map(({ type, capabilities }) => [type, capabilities]));
    this.redraw();
  }

  /** The next reply names this message. */
  answer(row) {
    this.answering = row ? { id: row.id, customer: this.current, via: row.event?.via, preview: previewOf(row) } : null;
    this.redraw();
  }

  say(content, route, basedOn, force) {
    const answered = this.answering?.customer === this.current ? this.answering.id : undefined;
    this.answering = null;
    this.live.say({
      id: ulid(),
      content,
      to: { customer: this.current, route },
      basedOn,
      ...(answered ? { replyTo: answered } : {}),
      ...(force ? { force: true } : {}),
    });
    this.typing(false);
  }

  /** A refused message once more, in another way; it is another message now. */
  sayAgain(id, { route, despite }) {
    const item = this.live.outbox.find(id);
    if (!item?.frame.to) return;
    const { frame } = item;
    this.live.discard(id);
    this.live.say({
      ...frame,
      id: ulid(),
      to: { ...frame.to, ...(route ? { route } : {}) },
      ...(despite ? { despite } : {}),
    });
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
    if (this.owes) this.follow();
    else if (code === 4100) this.live.start();
    this.#shell.strike();
  }

  /** The view that is shown was changed or removed. @param {string} [id] of a view, else any */
  #viewChanged(id) {
    const { view, filter } = this.list;
    if (view === null) return;
    if (!this.items.of("view").has(view)) {
      if (this.settings === null) this.go({ filter: "open" }, { replace: true });
      else this.list.watch("open");
    } else if (id === view) this.list.watch(filter);
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
    if (!this.may("inbox")) this.list.close();
    else if (!had.inbox) this.list.watch(this.list.filter);
    if (!this.may("desk")) this.#closeDesk();
    else if (!had.desk) this.live.watchView("desk");
    this.redraw();
  }

  /** A watch has ended, because the right to it has. */
  #gone(topic) {
    if (topic === "inbox") this.list.close();
    else if (topic === "desk") this.#closeDesk();
    else this.live.unwatch(topic);
    this.#recent = this.#recent.filter((each) => each !== topic);
    if (topic === this.topic) {
      this.list.forget(this.current);
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
    this.unreadAtOpen = this.list.rows[id]?.unread ?? 0;
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
    const thread = this.live.threads.get(frame.topic);
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
        this.list.counts = frame.counts;
        this.#inbox.strike();
        break;
      case "rows":
        this.list.fill(frame);
        this.#inbox.strike();
        this.#title();
        break;
      case "row":
        this.list.take(frame, this.current);
        this.#inbox.strike();
        this.#title();
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
        if (thread) signalled(thread, frame, () => this.#thread.strike());
        break;
      case "caught-up":
        if (thread && frame.present) thread.present = areHere(frame.present);
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

  #title() {
    const { waiting } = this.list;
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
      `#/${this.list.filter}/${encodeURIComponent(id)}${this.pane === "details" ? "/details" : ""}`,
    );
    this.#askCard();
    this.#shell.strike();
  }

  /** Somebody else wrote meanwhile: the words go back to the composer, which asks once. */
  #staleView(frame) {
    const item = this.live.outbox.find(frame.ref);
    if (!item?.frame.to) return;
    const { frame: said } = item;
    const missed = (frame.detail?.missed ?? []).map(({ event }) => event.id);
    this.live.outbox.remove(said.id);
    const { customer } = said.to;
    const text = said.content.text ?? said.content.caption ?? "";
    if (said.content.blob) this.returned.set(customer, [...(this.returned.get(customer) ?? []), said.content]);
    if (customer === this.current) {
      this.stale = { text, route: said.to.route, missed: new Set(missed) };
    } else {
      drafts.set(customer, "reply", text);
      this.toast(t("staleElsewhere"), { bad: true });
    }
  }
}

export const desk = new Desk();
