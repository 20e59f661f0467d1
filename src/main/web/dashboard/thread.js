import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { avatar, badge, Part } from "./common.js";
import { desk } from "./desk.js";
import { prefs, t } from "./prefs.js";
import { timeline } from "./timeline.js";

const FIRST = 120;
const MORE = 60;
const NEAR_END = 100;

/** The open conversation: its head, one timeline over all channels, and the composer below. */
class ThreadPane extends Part {
  constructor() {
    super(desk.threadChanged);
    this.size = FIRST;
    this.atEnd = true;
    this.below = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.grown = new ResizeObserver(() => {
      if (this.atEnd) this.toEnd();
    });
    this.end = desk.live.on((frame) => this.arrived(frame));
    this.looked = () => this.look();
    document.addEventListener("visibilitychange", this.looked);
    addEventListener("focus", this.looked);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
    this.grown.disconnect();
    document.removeEventListener("visibilitychange", this.looked);
    removeEventListener("focus", this.looked);
  }

  get log() {
    return this.querySelector(".log");
  }

  willUpdate() {
    const { log } = this;
    if (this.shownFor !== desk.current) {
      this.shownFor = desk.current;
      this.size = FIRST;
      this.atEnd = true;
      this.below = 0;
      this.unreadFrom = undefined;
      this.unreadSought = false;
    }
    this.previous = log && { height: log.scrollHeight, top: log.scrollTop, first: this.firstId };
  }

  updated() {
    const { log } = this;
    if (!log) return;
    const list = log.querySelector("ol");
    if (list !== this.watched) {
      this.watched = list;
      this.grown.disconnect();
      this.grown.observe(list);
      this.grown.observe(log);
    }
    if (this.atEnd) this.toEnd();
    else if (this.previous && this.previous.first && this.previous.first !== this.firstId) {
      log.scrollTop = this.previous.top + log.scrollHeight - this.previous.height;
    }
    this.look();
    if (!desk.thread?.loadingOlder && log.scrollHeight <= log.clientHeight) this.older();
  }

  toEnd() {
    const { log } = this;
    if (!log) return;
    log.scrollTop = log.scrollHeight;
    this.lastTop = log.scrollTop;
  }

  arrived(frame) {
    if (frame.topic !== desk.topic || this.atEnd) return;
    const events =
      frame.type === "entry"
        ? [frame.event]
        : frame.type === "entries"
          ? frame.entries.map(({ event }) => event)
          : [];
    this.below += events.filter(({ t: type }) => type === "MessageAdded").length;
  }

  look() {
    if (this.atEnd && desk.pane !== "list" && document.hasFocus()) desk.seen();
  }

  scrolled({ currentTarget: log }) {
    // Content that grows below is no reason to leave the end, only scrolling up is.
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    this.atEnd = near || (this.atEnd && log.scrollTop >= this.lastTop);
    this.lastTop = log.scrollTop;
    if (this.atEnd) {
      this.look();
      if (this.below) {
        this.below = 0;
        this.requestUpdate();
      }
    }
    if (log.scrollTop < 400) this.older();
  }

  older() {
    const { thread } = desk;
    if (!thread) return;
    if (this.size < thread.view.items.length) {
      this.size += MORE;
      this.requestUpdate();
    } else if (thread.cursor && !thread.loadingOlder) {
      this.size += MORE;
      desk.live.older(thread, 50);
      this.requestUpdate();
    }
  }

  /** The agent has answered: nothing above is new any more. */
  answered() {
    this.unreadFrom = undefined;
    this.jump();
  }

  jump() {
    this.atEnd = true;
    this.below = 0;
    this.requestUpdate();
  }

  /** The first customer message that was unread when the thread was opened. */
  seekUnread(items) {
    if (this.unreadSought || !desk.thread.ready) return;
    this.unreadSought = true;
    let left = desk.unreadAtOpen;
    for (let i = items.length - 1; i >= 0 && left > 0; i--) {
      if (items[i].kind !== "message" || items[i].by.kind !== "customer") continue;
      this.unreadFrom = items[i].id;
      left--;
    }
  }

  render() {
    if (!desk.current) {
      return html`<div class="empty tall">${icon("chat")}<h2>${t("pickOne")}</h2><p>${t("pickOneText")}</p></div>`;
    }
    const { thread } = desk;
    const all = thread?.view.items ?? [];
    if (thread) this.seekUnread(all);
    const items = all.slice(-this.size);
    this.firstId = items[0]?.id;
    const skeleton = !thread?.ready && !all.length;
    return html`${this.head()}
      <div class="log-place">
        <section class="log" data-testid="thread" tabindex="0" aria-label=${t("timelineOf", { name: desk.name })} aria-busy=${String(skeleton)} @scroll=${this.scrolled}>
          ${thread?.loadingOlder ? html`<div class="loading-older">${t("loading")}</div>` : nothing}
          ${skeleton ? html`<div class="skeletons talk" aria-hidden="true"><b></b><b></b><b></b></div>` : nothing}
          <ol>${timeline(items, { unreadFrom: this.unreadFrom, missed: desk.stale?.missed, readUpTo: thread?.view.readBy.customer })}</ol>
          ${this.typers()}
        </section>
        ${
          this.below || !this.atEnd
            ? html`<button type="button" class="pill" @click=${() => this.jump()}>${this.below ? t("newMessages", { n: this.below }) : t("latest")}${icon("down")}</button>`
            : nothing
        }
      </div>`;
  }

  head() {
    const { card, row, name } = desk;
    const conversation = card?.conversation;
    const resolved = (conversation?.status ?? row?.status) === "resolved";
    const assignee = conversation?.assignee ?? row?.assignee;
    const mine = assignee === desk.session?.agent.id;
    const channels = [...new Set(card?.addresses?.map(({ channel }) => channel) ?? row?.channels ?? [])];
    return html`<div class="thread-head">
      <button type="button" class="icon-button back" aria-label=${t("backToList")} @click=${() => desk.go({ id: null })}>${icon("back")}</button>
      ${avatar(name, desk.current)}
      <div class="thread-who"><h1>${name}${desk.customerIsHere ? html`<span class="here" role="img" data-testid="here" aria-label=${t("isHere")} title=${t("isHere")}></span>` : nothing}</h1><div class="thread-channels">${channels.map((channel) => badge(channel, true))}
        <span class="status" data-status=${resolved ? "resolved" : "open"}>${t(resolved ? "statusResolved" : "statusOpen")}</span></div></div>
      <div class="thread-actions">
        ${
          mine || !desk.may("assign")
            ? nothing
            : html`<button type="button" class="button" data-testid="assign-me" ?disabled=${!desk.online} aria-label=${t("assignMe")} title="${t("assignMe")} (I)" @click=${() => desk.act("assign", { to: "me" })}>${icon("user")}<span class="wide">${t("assignMe")}</span><kbd>I</kbd></button>`
        }
        ${
          desk.may(resolved ? "reopen" : "resolve")
            ? html`<button type="button" class="button ${resolved ? "" : "primary"}" data-testid="resolve" aria-label=${t(resolved ? "reopen" : "resolve")} ?disabled=${!desk.online} @click=${() => desk.resolve()}>
          ${icon(resolved ? "undo" : "check")}<span class="wide">${t(resolved ? "reopen" : "resolve")}</span><kbd>E</kbd></button>`
            : nothing
        }
        <button type="button" class="icon-button" aria-label=${t("details")} title="${t("details")} ( ] )" aria-expanded=${String(desk.pane === "details" || prefs.side !== false)} data-testid="details"
          @click=${() => this.dispatchEvent(new CustomEvent("details", { bubbles: true }))}>${icon("info")}</button>
      </div>
    </div>`;
  }

  /** Colleagues who have this thread open, each once. */
  viewers(signalled) {
    const there = [...(desk.thread?.present?.values() ?? [])].map((who) => ({ who }));
    const seen = signalled.filter(({ kind }) => kind === "viewing");
    const byId = new Map([...there, ...seen].map((each) => [each.who?.id, each]));
    byId.delete(desk.session?.agent.id);
    return [...byId.values()].filter(({ who }) => who?.kind === "agent");
  }

  typers() {
    const others = [...(desk.thread?.signals.values() ?? [])].filter(
      ({ who }) => who?.id !== desk.session?.agent.id,
    );
    const typing = others.filter(({ kind }) => kind === "typing");
    const viewing = this.viewers(others);
    if (!typing.length && !viewing.length) return nothing;
    const names = (list) =>
      list.map(({ who }) => who.name ?? (who.kind === "customer" ? desk.name : t("team"))).join(", ");
    return html`<div class="presence" aria-live="polite">
      ${typing.length ? html`<span class="typing"><i></i><i></i><i></i>${t("isTyping", { name: names(typing) })}</span>` : nothing}
      ${viewing.length ? html`<span>${t("isViewing", { name: names(viewing) })}</span>` : nothing}</div>`;
  }
}

customElements.define("hilo-thread", ThreadPane);
