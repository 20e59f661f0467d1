import { html, nothing } from "lit";
import { LANGUAGES } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { soonTime } from "../shared/time.js";
import { lines } from "./views.js";

// The parts of the panel, drawn from the state of the widget `ui`.

export function header(ui) {
  const { t } = ui;
  const items = ui.chat.thread?.view.items ?? [];
  const agent = items.findLast((item) => item.kind === "message" && item.by.kind === "agent")?.by.name;
  return html`<header>
    ${
      ui.view === "continue"
        ? html`<button type="button" class="round" aria-label=${t("back")} @click=${() => ui.show("chat")}>${icon("back")}</button>`
        : html`<span class="avatar" ?data-online=${ui.online} aria-hidden="true">${ui.heading().trim()[0]?.toUpperCase()}</span>`
    }
    <div class="who"><h2>${ui.heading()}</h2><p>${agent ? t("with", { name: agent }) : away(ui) || t("subtitle")}</p></div>
    <button type="button" class="round" data-testid="menu" aria-label=${t("menu")} aria-expanded=${String(ui.menu)}
      @click=${() => (ui.menu = !ui.menu)}>${icon("menu")}</button>
    ${
      ui.config.page
        ? nothing
        : html`<button type="button" class="round" aria-label=${t("close")} @click=${() => ui.close()}>${icon("close")}</button>`
    }
  </header>`;
}

/** When somebody is here again, or "" if somebody is here now or nobody says when. */
function away({ t, chat, locale }) {
  const { open, opens } = chat.inboxInfo ?? {};
  return open === false && opens > Date.now() ? t("opens", { when: soonTime(locale, opens) }) : "";
}

export function connectionBar(ui) {
  const status = ui.chat.live.status.value;
  if (status !== "waiting" && navigator.onLine) return nothing;
  return html`<div class="bar" role="status">${icon("alert")}<span>${ui.t(navigator.onLine ? "connecting" : "offline")}</span></div>`;
}

export function menuCard(ui) {
  const { t } = ui;
  const option = (value, label, chosen) =>
    html`<option value=${value} ?selected=${value === chosen}>${label}</option>`;
  return html`<div class="menu" role="group" aria-label=${t("menu")}>
    <button type="button" data-testid="continue" @click=${() => ui.show("continue")}>${icon("phone")}${t("continue")}</button>
    <button type="button" data-testid="have-code" @click=${() => ui.enterCode()}>${icon("key")}${t("haveCode")}</button>
    <hr />
    <label>${icon("globe")}<span>${t("language")}</span><select @change=${(e) => ui.choose({ language: e.target.value })}>
      ${Object.entries(LANGUAGES).map(([key, name]) => option(key, name, ui.language))}</select></label>
    <label>${icon("moon")}<span>${t("theme")}</span><select @change=${(e) => ui.choose({ theme: e.target.value })}>
      ${option("auto", t("themeAuto"), ui.theme)}${option("light", t("themeLight"), ui.theme)}${option("dark", t("themeDark"), ui.theme)}</select></label>
    ${
      ui.chat.empty
        ? nothing
        : html`<hr />${
            ui.leaving
              ? html`<button type="button" class="danger" @click=${() => ui.leave()}>${icon("out")}${t("forgetSure")}</button>`
              : html`<button type="button" @click=${() => (ui.leaving = true)}>${icon("out")}${t("forgetMe")}</button>`
          }`
    }
  </div>`;
}

export function faultView(ui) {
  const { t } = ui;
  const { fault } = ui.chat;
  if (fault === "bad-link") return html`<div class="view"><p>${t("badLink")}</p></div>`;
  return html`<div class="view"><p role="alert">${t(fault === "revoked" ? "revoked" : "refused")}</p>
    <button type="button" class="primary" @click=${() => (fault === "revoked" ? ui.leave() : ui.chat.connect())}>
      ${t(fault === "revoked" ? "startNew" : "reload")}</button></div>`;
}

export function conversation(ui) {
  const { t, chat } = ui;
  const greeting = ui.config.greeting ?? chat.inboxInfo?.greeting;
  const showGreeting = greeting && !chat.thread?.cursor && !chat.trimmed;
  return html`
    <section class="log" tabindex="0" aria-label=${t("transcript")} @scroll=${(e) => ui.scrolled(e)}>
      ${chat.thread?.loadingOlder ? html`<div class="older">${t("loading")}</div>` : nothing}
      <ol>
        ${showGreeting ? html`<li class="message theirs first last greeting"><div class="bubble"><div class="text">${greeting}</div></div></li>` : nothing}
        ${lines(ui)}
        ${
          chat.typing === null
            ? nothing
            : html`<li class="message theirs first last typing"><div class="bubble" role="img"
              aria-label=${chat.typing ? t("typing", { name: chat.typing }) : t("typingSomeone")}><i></i><i></i><i></i></div></li>`
        }
      </ol>
    </section>
    ${
      ui.below
        ? html`<div class="pill-place"><button type="button" class="pill" @click=${() => ui.jump()}>${t("newMessages", { n: ui.below })}${icon("down")}</button></div>`
        : nothing
    }
    ${proofCard(ui)}
    <form class="composer" @submit=${(e) => ui.send(e)}>
      <textarea rows="1" data-testid="composer" aria-label=${t("write")} placeholder=${t("write")} maxlength="8000" enterkeyhint="send"
        .value=${ui.draft} @input=${(e) => ui.typed(e)} @keydown=${(e) => ui.keyInField(e)}></textarea>
      <button class="send" data-testid="send" aria-label=${t("send")} ?disabled=${!ui.draft.trim()}>${icon("send")}</button>
    </form>`;
}

function proofCard(ui) {
  const { t } = ui;
  const proof = ui.chat.proof;
  if (!proof) return nothing;
  if (proof.step === "done") {
    return html`<div class="proof" role="status"><div class="row"><p class="right">${t("proved")}</p>
      <button type="button" class="text" @click=${() => ui.chat.dismissProof()}>OK</button></div></div>`;
  }
  const wrong = proof.step === "wrong" || proof.step === "failed";
  return html`<form class="proof" @submit=${(e) => ui.submitCode(e)}>
    <h3>${icon("verified")}${t("codeTitle")}</h3>
    <p class=${wrong ? "wrong" : ""} role=${wrong ? "alert" : nothing}>
      ${t(proof.step === "wrong" ? "wrongCode" : proof.step === "failed" ? "proofFailed" : proof.asked ? "codeAsked" : "codeText")}</p>
    <div class="row">
      <input data-testid="code-input" aria-label=${t("code")} inputmode="numeric" autocomplete="one-time-code" maxlength="12" required aria-invalid=${String(wrong)} />
      <button class="primary" data-testid="code-submit" ?disabled=${proof.step === "checking"}>${t(proof.step === "checking" ? "checking" : "confirm")}</button>
      <button type="button" class="text" @click=${() => ui.chat.dismissProof()}>${t("later")}</button>
    </div>
  </form>`;
}
