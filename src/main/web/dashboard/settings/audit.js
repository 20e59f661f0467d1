import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { clock, dayName, fullTime, sameDay } from "../../shared/time.js";
import { avatar } from "../common.js";
import { desk } from "../desk.js";
import { prefs, t } from "../prefs.js";
import { head } from "../settings-head.js";
import { actName, grouped, KNOWN_ACTS, table } from "./acts.js";
import { call } from "./api.js";
import { authorId, itemOf, personName, sorted } from "./items.js";
import { chip, emptyState, Page, refused, skeletons } from "./page.js";

const PAGE = 50;
const WEEK_MS = 6 * 86_400_000;

/** A day as the trail counts them: in UTC. */
const day = (at) => new Date(at).toISOString().slice(0, 10);

/** Where the customer's name stands in a sentence. */
const PLACE = "\u0000";

/** Calls of the API as sentences: method and path, and which part of the path names an item of which kind. */
const CALLS = [
  [/^PUT desk\/([^/]+)\/([^/]+)$/, "changed"],
  [/^DELETE desk\/([^/]+)\/([^/]+)$/, "removed"],
  [/^GET desk\/([^/]+)\/([^/]+)/, "lookedAt"],
  [/^GET desk/, "settings"],
  [/^POST invitations$/, "invited"],
  [/^POST invitations\/()([^/]+)$/, "invitedAgain", "user"],
  [/^GET users\/()([^/]+)\/sessions$/, "sessions", "user"],
  [/^DELETE users\/()([^/]+)\/sessions/, "signedOut", "user"],
  [/^DELETE users\/()([^/]+)\/second-factor$/, "factor", "user"],
  [/^POST keys\/()([^/]+)\/rotate$/, "rotated", "apikey"],
  [/^(?:POST|PUT) keys\/()([^/]+)$/, "changed", "apikey"],
  [/^GET keys/, "keys"],
  [/^GET endpoints/, "channels"],
  [/^POST mailboxes\/[^/]+\/backfill/, "backfill"],
  [/^POST mailboxes\/[^/]+\/entries\/again/, "readAgain"],
  [/^GET mailboxes/, "mailboxes"],
  [/^GET roles/, "roles"],
  [/^GET audit\/export/, "exported"],
  [/^GET audit/, "trail"],
  [/^GET inbox/, "inbox"],
];

/** What somebody did, as the end of a sentence that begins with who. */
function did({ act, what, topic }) {
  const called = what?.replace(/^(\w+) \//, "$1 ");
  for (const [pattern, word, kind] of CALLS) {
    const found = called && pattern.exec(called);
    if (found) return t(`audit.did.${word}`, { what: found[2] ? named(kind ?? found[1], decodeURIComponent(found[2])) : "" });
  }
  const key = `audit.do.${act}`;
  const words = t(key, { customer: PLACE });
  const [before, after] = words === act ? [actName(act).replaceAll("-", " ")] : words.split(PLACE);
  const told = after === undefined ? before : html`${before}${customer(topic)}${after}`;
  return what ? html`${told} <span class="muted">${what}</span>` : told;
}

/** An item as what people call it: `the user Marco`. */
function named(kind, id) {
  const word = t(`kind.${kind}`);
  if (kind === id) return word;
  const item = itemOf(kind, id);
  return `${word} ${item?.name ?? (item?.shortcut ? `/${item.shortcut}` : id)}`;
}

/** The customer, as a link for those who may see the conversation. */
function customer(topic) {
  if (!topic) return t("audit.someCustomer");
  const id = topic.replace(/^c:/, "");
  const name = desk.list.rows[id]?.name || t("audit.customerNo", { id: id.slice(-6) });
  return desk.may("watch") ? html`<a href="#/open/${encodeURIComponent(id)}">${name}</a>` : name;
}

/** The trail of who saw and did what. */
class Audit extends Page {
  filter = { from: day(Date.now() - WEEK_MS), to: day(Date.now()), who: "", act: "", customer: "" };
  entries = [];
  cursor = null;
  state = "loading";
  acts = KNOWN_ACTS;
  #asked = 0;

  connectedCallback() {
    super.connectedCallback();
    this.load();
    if (desk.may("users")) {
      table().then(
        ({ acts }) => {
          this.acts = acts;
          this.requestUpdate();
        },
        () => {},
      );
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.observer?.disconnect();
    this.observer = null;
  }

  get query() {
    const filled = Object.entries(this.filter).filter(([, value]) => value);
    return new URLSearchParams(filled);
  }

  async load(cursor = null) {
    const asked = ++this.#asked;
    this.state = "loading";
    this.refusal = null;
    if (!cursor) this.entries = [];
    this.requestUpdate();
    const query = this.query;
    query.set("limit", PAGE);
    if (cursor) query.set("cursor", cursor);
    try {
      const page = await call("GET", `/audit?${query}`);
      if (asked !== this.#asked) return;
      this.entries = [...this.entries, ...page.entries];
      this.cursor = page.cursor ?? null;
      this.state = "shown";
    } catch (failure) {
      if (asked !== this.#asked) return;
      this.refusal = failure;
      this.state = "failed";
    }
    this.requestUpdate();
  }

  updated() {
    super.updated();
    const end = this.querySelector(".audit-end");
    this.observer ??= new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) this.more();
    });
    this.observer.disconnect();
    if (end) this.observer.observe(end);
  }

  more() {
    if (this.state === "shown" && this.cursor) this.load(this.cursor);
  }

  set(field, value) {
    this.filter = { ...this.filter, [field]: value };
    clearTimeout(this.later);
    this.later = setTimeout(() => this.load(), field === "customer" ? 400 : 0);
    this.requestUpdate();
  }

  page() {
        const days = this.query;
    return html`${head(
      t("settings.audit"),
      t("audit.text"),
      html`<div class="exports"><a class="button" download href="/api/v1/audit/export?${days}&format=csv">${icon("download")}CSV</a><a class="button" download href="/api/v1/audit/export?${days}&format=jsonl">${icon("download")}JSONL</a></div>`,
    )}
      ${this.filters()}${refused(this.refusal)}
      ${this.entries.length ? this.trail() : this.state === "loading" ? skeletons(6) : this.state === "shown" ? emptyState("list", t("audit.empty"), t("audit.emptyText"), this.clearer()) : nothing}
      ${this.cursor && this.entries.length ? html`<div class="audit-end"><button type="button" class="button" ?disabled=${this.state === "loading"} @click=${() => this.more()}>${t(this.state === "loading" ? "loading" : "audit.more")}</button></div>` : nothing}`;
  }

  filters() {
    const { from, to, who, act, customer } = this.filter;
    const people = sorted("user").map(({ id, name }) => [id, name]);
    const programs = sorted("apikey").map(({ id, name }) => [id, name]);
    const option = (chosen) => ([id, name]) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`;
    return html`<form class="audit-filters" role="search" aria-label=${t("filters")} @submit=${(e) => e.preventDefault()}>
      <label>${t("audit.from")}<input type="date" max=${to} .value=${from} @change=${(e) => this.set("from", e.target.value)} /></label>
      <label>${t("audit.to")}<input type="date" min=${from} .value=${to} @change=${(e) => this.set("to", e.target.value)} /></label>
      <label>${t("audit.who")}<select @change=${(e) => this.set("who", e.target.value)}><option value="">${t("audit.anybody")}</option>
        ${people.map(option(who))}${programs.length ? html`<optgroup label=${t("settings.keys")}>${programs.map(option(who))}</optgroup>` : nothing}</select></label>
      <label>${t("audit.act")}<select @change=${(e) => this.set("act", e.target.value)}><option value="">${t("audit.anything")}</option>
        ${grouped(this.acts).map(([name, list]) => html`<optgroup label=${t(`acts.${name}`)}>${list.map((each) => option(act)([each, actName(each)]))}</optgroup>`)}</select></label>
      <label>${t("audit.customer")}<input type="search" maxlength="80" placeholder=${t("audit.customerHint")} .value=${customer} @input=${(e) => this.set("customer", e.target.value.trim())} /></label></form>`;
  }

  clearer() {
    return html`<button type="button" class="button" @click=${() => this.clear()}>${t("clear")}</button>`;
  }

  clear() {
    this.filter = { ...this.filter, who: "", act: "", customer: "" };
    this.load();
  }

  trail() {
    let before = null;
    return html`<ol class="trail" data-testid="trail" aria-busy=${String(this.state === "loading")}>${this.entries.map((entry) => {
      const first = before === null || !sameDay(before, entry.at);
      before = entry.at;
      return html`${first ? html`<li class="trail-day"><h2>${dayName(prefs.locale, entry.at)}</h2></li>` : nothing}${this.entry(entry)}`;
    })}</ol>`;
  }

  entry(entry) {
    const { at, who, name, ok, from } = entry;
    const id = authorId(who);
    const person = name ?? (who?.startsWith("gateway:") ? t("audit.door") : personName(id));
    return html`<li class="trail-entry" data-testid="audit-entry"><time datetime=${new Date(at).toISOString()} title=${fullTime(prefs.locale, at)}>${clock(prefs.locale, at)}</time>
      ${avatar(person, id, true)}<p><strong>${person}</strong> ${did(entry)}${ok === false ? html` ${chip(t("audit.refused"), "bad")}` : nothing}</p>
      <span class="muted from">${from ?? ""}</span></li>`;
  }
}

customElements.define("hilo-audit", Audit);
