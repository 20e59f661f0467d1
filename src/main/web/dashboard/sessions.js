import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { briefTime, fullTime } from "../shared/time.js";
import { Part } from "./common.js";
import { desk } from "./desk.js";
import { device } from "./devices.js";
import { prefs, t } from "./prefs.js";
import { ago, sentence } from "./refusal.js";
import { call } from "./session.js";

const NOW_MS = 6 * 60_000;
const WAYS = { password: "sessions.byPassword", link: "sessions.byLink", oidc: "sessions.byOidc", invitation: "sessions.byInvitation" };

/**
 * Where somebody is signed in, and the buttons that end it. `path`: the sessions of this person,
 * below `/api/v1/`, one's own without it.
 */
class Sessions extends Part {
  static properties = { path: {} };

  constructor() {
    super(desk.shellChanged);
    this.path = "me/sessions";
    this.list = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
    this.minute = setInterval(() => this.requestUpdate(), 60_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.minute);
  }

  async load() {
    try {
      const { sessions } = await call("GET", this.path);
      this.list = sessions.toSorted((a, b) => Boolean(b.this) - Boolean(a.this) || b.seen - a.seen);
      this.fault = null;
    } catch (failure) {
      this.fault = failure;
    }
    this.requestUpdate();
  }

  async end(id) {
    this.ending = id;
    this.requestUpdate();
    try {
      await call("DELETE", id === "others" ? this.path : `${this.path}/${encodeURIComponent(id)}`);
      desk.toast(t(id === "others" ? "sessions.allEnded" : "sessions.ended"));
      await this.load();
    } catch (failure) {
      desk.toast(sentence(failure), { bad: true });
    }
    this.ending = null;
    this.requestUpdate();
    await this.updateComplete;
    if (!this.contains(document.activeElement)) this.querySelector("h2")?.focus();
  }

  render() {
    const others = this.list?.filter((each) => !each.this).length;
    return html`<section class="panel" aria-labelledby="sessions-title"><div class="panel-head"><div><h2 id="sessions-title" tabindex="-1">${t("sessions.title")}</h2><p>${t("sessions.text")}</p></div>
        ${others ? html`<button type="button" class="button" data-testid="end-others" ?disabled=${this.ending} @click=${() => this.end("others")}>${icon("out")}${t("sessions.endOthers")}</button>` : nothing}</div>
      ${this.fault ? html`<div class="panel-body"><div class="notice bad" role="alert">${icon("alert")}<p>${sentence(this.fault)}</p><button type="button" class="button small" @click=${() => this.load()}>${t("retry")}</button></div></div>` : nothing}
      <ul class="sessions" aria-busy=${String(!this.list && !this.fault)}>${this.list?.map((each) => this.one(each))}</ul></section>`;
  }

  one(each) {
    const { browser, system, held } = device(each.agent);
    const name =
      browser && system ? t("sessions.device", { browser, system }) : browser || system || t("sessions.unknown");
    const now = Date.now() - each.seen < NOW_MS;
    const how = WAYS[each.how] ? t(WAYS[each.how]) : "";
    return html`<li data-testid="session" data-this=${each.this ? "true" : nothing}><span class="session-icon">${icon(held ? "phone" : "screen")}</span>
      <span class="session-main"><strong>${name}${each.this ? html`<span class="tag">${t("sessions.this")}</span>` : nothing}</strong>
        <span>${each.this ? nothing : html`<time datetime=${new Date(each.seen).toISOString()} title=${fullTime(prefs.locale, each.seen)}>${now ? t("sessions.now") : ago(each.seen)}</time> · `}${[how, each.from].filter(Boolean).join(" · ")}</span>
        <small>${t("sessions.since", { when: briefTime(prefs.locale, each.created) })}</small></span>
      ${
        each.this
          ? nothing
          : html`<button type="button" class="button small" data-testid="end-session" aria-label=${t("sessions.endOne", { name })} ?disabled=${this.ending} @click=${() => this.end(each.id)}>${t("signOut")}</button>`
      }</li>`;
  }
}

customElements.define("hilo-sessions", Sessions);
