import { html, nothing } from "lit";
import { channelOf } from "../shared/channels.js";
import { icon } from "../shared/icons.js";
import { LANGUAGES } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { avatar, logo, Part } from "./common.js";
import { desk } from "./desk.js";
import { pressed } from "./keys.js";
import { prefs, t } from "./prefs.js";

const BANNER_MS = 2000;
const LOOK_MS = 20_000;

/** A single refusal may pass; what lasts has to be mended. */
const TROUBLE_MS = 5_000;

/** The whole page: rail, list, conversation, details, and what floats above them. */
export class Agent extends Part {
  constructor() {
    super(desk.shellChanged);
    this.keyed = (event) => pressed(event, this);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.keyed);
    this.addEventListener("details", () => this.toggleSide());
    this.addEventListener("said", () => this.querySelector("hilo-thread")?.answered());
    this.end = desk.live.status.follow((status) => this.connection(status));
    desk.enter();
    this.looking = setInterval(() => this.lookAtChannels(), LOOK_MS);
    setTimeout(() => this.lookAtChannels(), 1000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.keyed);
    clearInterval(this.looking);
    this.end();
  }

  /** A short break is not worth a banner. */
  connection(status) {
    if (status === "open" || status === "refused") {
      clearTimeout(this.bannerTimer);
      this.bannerTimer = undefined;
      this.banner = false;
    } else if (status === "waiting") {
      this.bannerTimer ??= setTimeout(() => {
        this.banner = true;
        this.requestUpdate();
      }, BANNER_MS);
    }
    this.requestUpdate();
  }

  get narrow() {
    return matchMedia("(max-width: 1179px)").matches;
  }

  toggleSide() {
    if (this.narrow) {
      if (desk.pane === "details") history.back();
      else desk.go({ pane: "details" });
    } else {
      prefs.set({ side: prefs.side === false });
      desk.redraw();
    }
  }

  showSide(then) {
    if (this.narrow ? desk.pane !== "details" : prefs.side === false) this.toggleSide();
    setTimeout(then, 50);
  }

  render() {
    if (desk.session === undefined) return html`<main class="door" aria-busy="true"></main>`;
    if (!desk.session || desk.arrived) return this.door();
    const ended = desk.live.status.value === "refused";
    const settings = desk.settings !== null;
    if (settings) import("./settings.js");
    const due = desk.session.secondFactorDue && !desk.session.secondFactor && desk.settings !== "security";
    const conversations = desk.may("inbox");
    return html`<div class="desk" data-pane=${desk.pane} ?data-side=${prefs.side !== false && desk.current} ?data-due=${due}>
        ${this.rail()}
        <main class="stage">
        ${due ? html`<div class="due" role="status">${icon("shield")}<span>${t("secondDue")}</span><button type="button" class="button small" data-testid="second-due" @click=${() => desk.go({ settings: "security" })}>${t("secondSetUp")}</button></div>` : nothing}
        ${settings ? html`<hilo-settings></hilo-settings>` : nothing}
        ${conversations || settings ? nothing : html`<div class="no-inbox empty" data-testid="no-inbox">${icon("inbox")}<h1>${t("noInbox")}</h1><p>${t("noInboxText")}</p></div>`}
        ${conversations ? html`<hilo-inbox role="region" aria-label=${t("conversations")}></hilo-inbox>
        <div class="conversation" role="region" aria-label=${t("conversation")}>
          ${this.banner ? html`<div class="banner" role="status">${icon("alert")}<span>${t("offline", { time: desk.lastHeard ? clock(prefs.locale, desk.lastHeard) : "–" })}</span></div>` : nothing}
          ${this.trouble()}
          ${ended ? html`<div class="banner" role="alert">${icon("alert")}<span>${t("ended")}</span><button type="button" class="button small" @click=${() => location.reload()}>${t("reload")}</button></div>` : nothing}
          <hilo-thread></hilo-thread>
          <hilo-composer></hilo-composer>
        </div>
        <hilo-side role="region" aria-label=${t("details")}></hilo-side>` : nothing}
        </main>
      </div>
      <div class="toasts" role="status">${desk.toasts.map(
        (toast) => html`<div class="toast ${toast.bad ? "bad" : ""}"><span>${toast.text}</span>
          ${toast.undo ? html`<button type="button" class="linkish" @click=${() => this.undo(toast)}>${t("undo")}</button>` : nothing}
          <button type="button" class="icon-button" aria-label=${t("close")} @click=${() => desk.dismiss(toast.id)}>${icon("close")}</button></div>`,
      )}</div>
      ${desk.dialog === "join" ? html`<hilo-join></hilo-join>` : nothing}
      ${desk.dialog === "palette" ? html`<hilo-palette></hilo-palette>` : nothing}
      ${desk.dialog === "keys" ? html`<hilo-keys></hilo-keys>` : nothing}`;
  }

  /** An account of a platform that does not work any more, for whoever can mend it. */
  trouble() {
    const [first] = this.troubled ?? [];
    if (!first || desk.settings !== null) return nothing;
    const name = first.name || channelOf(first.type).name;
    return html`<div class="banner" role="alert" data-testid="channel-trouble">${icon("alert")}<span>${t("channelTrouble", { name, why: first.health.why ?? "" })}</span>
      <button type="button" class="button small" @click=${() => desk.go({ settings: "endpoints" })}>${t("channelTroubleOpen")}</button></div>`;
  }

  async lookAtChannels() {
    if (!desk.may("endpoints") || document.visibilityState === "hidden") return;
    try {
      const answer = await fetch("/api/v1/endpoints", { headers: { accept: "application/json" } });
      const { endpoints = [] } = answer.ok ? await answer.json() : {};
      const longAgo = Date.now() - TROUBLE_MS;
      this.troubled = endpoints.filter(
        ({ on, health }) => on !== false && health && !health.ok && health.since < longAgo,
      );
    } catch {
      return; // the next look tells
    }
    this.requestUpdate();
  }

  undo(toast) {
    toast.undo();
    desk.dismiss(toast.id);
  }

  rail() {
    const me = desk.session.agent;
    return html`<nav class="rail" aria-label=${t("main")}>
      ${logo()}
      <a class="rail-item" href="#/${desk.list.filter}" aria-current=${desk.settings === null ? "page" : nothing} @click=${(e) => this.home(e)}>${icon("inbox")}<span>${t("inbox")}</span></a>
      <button type="button" class="rail-item find-item" title="${t("palette")} (Ctrl+K)" @click=${() => desk.open("palette")}>${icon("search")}<span>${t("find")}</span></button>
      <span class="spring"></span>
      <a class="rail-item" data-testid="settings" href="#/settings" aria-current=${desk.settings === null ? nothing : "page"} @click=${(e) => this.toSettings(e)}>${icon("gear")}<span>${t("settings")}</span></a>
      <button type="button" class="rail-item keys-item" title="${t("shortcuts")} (?)" @click=${() => desk.open("keys")}>${icon("keyboard")}<span>${t("keysShort")}</span></button>
      <button type="button" class="rail-item me" popovertarget="me" title=${me.name}>${avatar(me.name, me.id, true)}<span>${t("you")}</span></button>
      <div id="me" popover class="popover" aria-label=${t("you")}>
        <p class="who"><strong>${me.name}</strong><span class="muted">${desk.session.workspace}</span></p>
        <div class="field"><label for="language">${t("language")}</label><select id="language" @change=${(e) => this.set({ language: e.target.value })}>
          ${Object.entries(LANGUAGES).map(([key, name]) => html`<option value=${key} ?selected=${prefs.language === key}>${name}</option>`)}</select></div>
        <div class="field"><label for="theme">${t("theme")}</label><select id="theme" @change=${(e) => this.set({ theme: e.target.value })}>
          ${[
            ["auto", "themeAuto"],
            ["light", "themeLight"],
            ["dark", "themeDark"],
          ].map(
            ([key, word]) =>
              html`<option value=${key} ?selected=${(prefs.theme ?? "auto") === key}>${t(word)}</option>`,
          )}</select></div>
        <button type="button" class="button block" popovertarget="me" @click=${() => desk.go({ settings: "security" })}>${icon("shield")}${t("account")}</button>
        <button type="button" class="button block" data-testid="sign-out" @click=${() => desk.signOut()}>${icon("out")}${t("signOut")}</button>
      </div>
    </nav>`;
  }

  set(fields) {
    prefs.set(fields);
    desk.redraw();
  }

  toSettings(event) {
    event.preventDefault();
    desk.go({ settings: "" });
  }

  home(event) {
    event.preventDefault();
    desk.go({ id: null });
  }

  door() {
    import("./door.js");
    return html`<hilo-door></hilo-door>`;
  }
}
