import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { age, briefTime, byteSize, fullTime } from "../../shared/time.js";
import { desk } from "../desk.js";
import { prefs, t } from "../prefs.js";
import { head } from "../settings-head.js";
import { call } from "./api.js";
import { chip, emptyState, Page, refused, skeletons } from "./page.js";
import "./mailboxes-style.js";

const LOOK_MS = 10_000;
const PAGE = 30;
const TRIES = 20;
const OUTCOMES = ["parked", "skipped", "duplicate", "ingested"];
const STATES = { connected: "active", trouble: "bad", unknown: "invited" };

const number = (n) => new Intl.NumberFormat(prefs.locale).format(n ?? 0);

const lastCheck = (at) => {
  if (!at) return t("mailboxes.neverChecked");
  return Date.now() - at < 60_000 ? t("mailboxes.justChecked") : t("mailboxes.checked", { age: age(prefs.locale, at) });
};

/** The day of a moment here, as a date field wants it. */
const dayOf = (at) => {
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
};

/** The customer whom a file belongs to; null while it belongs to nobody. */
const homeOf = (blob) => {
  const [workspace, home] = (blob ?? "").split("/");
  return home && !home.startsWith("~") ? `${workspace}.${home}` : null;
};

/** The mailboxes that are read, what became of each mail, and the ones that could not be read. */
class Mailboxes extends Page {
  boxes = null;
  refusal = null;
  /** The id of the mailbox that is looked into; null: the list. */
  chosen = null;
  outcome = "parked";
  entries = null;
  next = null;
  filling = null;
  #asked = 0;

  connectedCallback() {
    super.connectedCallback();
    this.look();
    this.tick = setInterval(() => this.look(), LOOK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  async look() {
    if (document.visibilityState === "hidden" && this.boxes) return;
    try {
      this.boxes = (await call("GET", "/mailboxes")).mailboxes;
      this.refusal = null;
    } catch (failure) {
      this.refusal = failure;
    }
    this.requestUpdate();
  }

  get box() {
    return this.boxes?.find(({ id }) => id === this.chosen) ?? null;
  }

  path(more) {
    return `/mailboxes/${encodeURIComponent(this.chosen)}${more}`;
  }

  page() {
    const { box } = this;
    if (box) return this.inside(box);
    return html`${head(t("settings.mailboxes"), t("mailboxes.text"))}${refused(this.refusal)}${
      this.boxes?.length
        ? html`<ul class="listing" data-testid="list">${this.boxes.map((each) => this.entry(each))}</ul>`
        : this.boxes
          ? emptyState("mail", t("mailboxes.empty"), t("mailboxes.emptyText"))
          : this.refusal
            ? nothing
            : skeletons()
    }`;
  }

  entry(box) {
    const { counts = {}, missing } = box;
    return html`<li class="entry" data-testid="item" data-id=${box.id}><span class="entry-icon">${icon("mail")}</span>
      <div class="entry-main"><button type="button" class="opener" data-testid="open-mailbox" @click=${() => this.open(box.id)}>${box.account}</button>
        <span class="entry-sub">${this.place(box)} · ${t("mailboxes.taken", { n: counts.ingested ?? 0, count: number(counts.ingested) })}</span></div>
      <span class="chips">${counts.parked ? chip(t("mailboxes.inQuarantine", { n: counts.parked, count: number(counts.parked) }), "bad") : nothing}${missing ? chip(t("mailboxes.missingChip", { n: missing, count: number(missing) }), "bad") : nothing}</span>
      ${this.state(box)}</li>`;
  }

  place({ kind, folder }) {
    return [(kind ?? "").toUpperCase(), folder].filter(Boolean).join(" · ");
  }

  state({ state, why, checkedAt }) {
    const known = STATES[state] ? state : "unknown";
    return html`<span class="status-word" data-state=${STATES[known]} title=${checkedAt ? fullTime(prefs.locale, checkedAt) : nothing}><i aria-hidden="true"></i>
      <span>${t(`mailboxes.${known}`)}${known === "trouble" && why ? html`<small>${why}</small>` : nothing}</span></span>`;
  }

  async open(id) {
    this.chosen = id;
    this.outcome = "parked";
    this.load();
    await this.updateComplete;
    this.closest(".settings-page")?.scrollTo(0, 0);
    this.querySelector("[data-testid=all-mailboxes]")?.focus();
  }

  async shut() {
    const id = this.chosen;
    this.chosen = null;
    this.requestUpdate();
    await this.updateComplete;
    [...this.querySelectorAll(".entry")].find((each) => each.dataset.id === id)?.querySelector(".opener")?.focus();
  }

  inside(box) {
    const { counts = {}, cursor, checkedAt, missing } = box;
    return html`<button type="button" class="linkish up" data-testid="all-mailboxes" @click=${() => this.shut()}>${icon("back")}${t("mailboxes.all")}</button>
      ${head(box.account, this.place(box), box.kind === "imap" ? html`<button type="button" class="button" data-testid="backfill" @click=${() => this.askDay()}>${icon("history")}${t("mailboxes.backfill")}</button>` : nothing)}
      ${refused(this.refusal)}
      <div class="facts">${this.state(box)}
        <span>${icon("clock")}${lastCheck(checkedAt)}</span>
        ${cursor?.last ? html`<span title=${t("mailboxes.cursorText")}>${icon("pin")}${t("mailboxes.cursor", { last: cursor.last, validity: cursor.validity })}</span>` : nothing}</div>
      ${missing ? html`<div class="notice" role="status">${icon("alert")}<div><strong>${t("mailboxes.missing", { n: missing, count: number(missing) })}</strong><p>${t("mailboxes.missingText")}</p></div></div>` : nothing}
      <div class="outcomes" role="tablist" aria-label=${t("mailboxes.outcomes")} @keydown=${this.keyInTabs}>${OUTCOMES.map((each) => this.tab(each, counts[each]))}</div>
      <div id="mailbox-entries" role="tabpanel" aria-labelledby="outcome-${this.outcome}" aria-busy=${String(!this.entries)}>
        <p class="outcome-text">${t(`mailboxes.${this.outcome}.text`)}</p>${this.mails()}</div>
      ${this.filling ? this.fillDialog(this.filling) : nothing}`;
  }

  tab(outcome, count) {
    const chosen = outcome === this.outcome;
    return html`<button type="button" role="tab" id="outcome-${outcome}" data-testid="outcome-${outcome}" aria-selected=${String(chosen)} aria-controls="mailbox-entries" tabindex=${chosen ? 0 : -1}
      data-bad=${outcome === "parked" && count ? "" : nothing} @click=${() => this.pick(outcome)}><strong>${number(count)}</strong><span>${t(`mailboxes.${outcome}`)}</span></button>`;
  }

  keyInTabs({ key }) {
    const step = { ArrowRight: 1, ArrowLeft: OUTCOMES.length - 1 }[key];
    if (!step) return;
    this.pick(OUTCOMES[(OUTCOMES.indexOf(this.outcome) + step) % OUTCOMES.length]);
    this.updateComplete.then(() => this.querySelector("[role=tab][aria-selected=true]").focus());
  }

  pick(outcome) {
    this.outcome = outcome;
    this.load();
  }

  /** A page of what there is, however few the gateway finds at once. */
  async load(after = null) {
    const asked = ++this.#asked;
    if (!after) this.entries = null;
    this.requestUpdate();
    const found = [];
    let next = after;
    try {
      for (let tries = 0; tries < TRIES && found.length < PAGE; tries++) {
        const query = new URLSearchParams({ outcome: this.outcome });
        if (next) query.set("after", next);
        const page = await call("GET", this.path(`/entries?${query}`));
        if (asked !== this.#asked) return;
        found.push(...page.entries);
        next = page.next ?? null;
        if (!next) break;
      }
      this.entries = [...(after ? this.entries : []), ...found];
      this.next = next;
      this.refusal = null;
    } catch (failure) {
      if (asked !== this.#asked) return;
      this.entries ??= [];
      this.refusal = failure;
    }
    this.requestUpdate();
  }

  mails() {
    const { entries, outcome, next } = this;
    if (!entries) return skeletons(3);
    if (!entries.length && !next) {
      return emptyState(outcome === "parked" ? "check" : "mail", t(`mailboxes.${outcome}.none`), t(`mailboxes.${outcome}.noneText`));
    }
    return html`<ul class="listing" data-testid="mails">${entries.map((each) => this.mail(each))}</ul>
      ${next ? html`<div class="audit-end"><button type="button" class="button" data-testid="more" @click=${() => this.load(next)}>${t("audit.more")}</button></div>` : nothing}`;
  }

  mail(entry) {
    const { key, outcome, why, at, blob, size } = entry;
    const home = homeOf(blob);
    const about = [at ? briefTime(prefs.locale, at) : "", size > 0 ? byteSize(prefs.locale, size) : "", key].filter(Boolean);
    const parked = this.outcome === "parked";
    return html`<li class="entry mail-entry" data-testid="mail"><div class="entry-main"><strong>${why || t(`mailboxes.${this.outcome}.one`)}</strong><span class="entry-sub">${about.join(" · ")}</span></div>
      <div class="mail-entry-acts">${
        blob
          ? html`<a class="button small" data-testid="raw" download href="/api/v1${this.path(`/raw?key=${encodeURIComponent(key)}`)}">${icon("download")}${t("mailboxes.raw")}</a>`
          : nothing
      }${
        home && desk.may("watch")
          ? html`<a class="button small" data-testid="open-thread" href="#/open/${encodeURIComponent(home)}">${icon("chat")}${t("mailboxes.thread")}</a>`
          : nothing
      }${
        parked || outcome?.startsWith("skipped")
          ? html`<button type="button" class="button small" data-testid="again" @click=${() => this.again(entry)}>${icon("undo")}${t("mailboxes.again")}</button>`
          : nothing
      }</div></li>`;
  }

  async again({ key }) {
    await this.act(async () => {
      await call("POST", this.path("/entries/again"), { body: { key } });
      return true;
    }, t("mailboxes.againToast"));
    this.look();
  }

  askDay() {
    const day = new Date();
    day.setDate(day.getDate() - 7);
    this.filling = { since: dayOf(day), busy: false, refusal: null };
    this.requestUpdate();
  }

  fillDialog(filling) {
    return html`<dialog class="question" aria-labelledby="fill-title" @close=${() => this.closed("filling")}>
      <form data-testid="form" @submit=${(e) => this.fill(e, filling)}><div class="dialog-body"><h2 id="fill-title">${t("mailboxes.backfillTitle")}</h2><p>${t("mailboxes.backfillText")}</p>
        <div class="form-field"><label for="fill-since">${t("mailboxes.since")}</label><input id="fill-since" type="date" required max=${dayOf(new Date())} .value=${filling.since} @input=${(e) => (filling.since = e.target.value)} /></div>${refused(filling.refusal)}</div>
      <footer class="dialog-foot"><button type="button" class="button" @click=${(e) => e.target.closest("dialog").close()}>${t("cancel")}</button>
        <button class="button primary" data-testid="confirm" ?disabled=${filling.busy}>${t("mailboxes.backfillNow")}</button></footer></form></dialog>`;
  }

  async fill(event, filling) {
    event.preventDefault();
    const dialog = event.target.closest("dialog");
    filling.busy = true;
    filling.refusal = null;
    this.requestUpdate();
    try {
      await call("POST", this.path("/backfill"), { body: { since: filling.since } });
      dialog.close();
      desk.toast(t("mailboxes.backfillToast"));
    } catch (failure) {
      filling.refusal = failure;
    } finally {
      filling.busy = false;
      this.requestUpdate();
    }
  }
}

customElements.define("hilo-mailboxes", Mailboxes);
