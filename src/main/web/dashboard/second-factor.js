import { html, nothing, svg } from "lit";
import { icon } from "../shared/icons.js";
import { qr } from "../shared/qr.js";
import { Part } from "./common.js";
import { desk } from "./desk.js";
import { t } from "./prefs.js";
import "./password.js";
import { sentence } from "./refusal.js";
import { call } from "./session.js";

const DIGITS = 6;
const FEW = 3;
const USUAL = /&(algorithm=SHA1|digits=6|period=30)(?=&|$)/g;

/** As a QR code; a long address leaves room for it only without what every app takes for granted. */
function picture(uri) {
  for (const text of [uri, uri.replace(USUAL, "")]) {
    try {
      return qr(text);
    } catch {
      // too long: the next one is shorter, and the key can be typed
    }
  }
  return { size: 0, path: "" };
}

/** The second step at sign-in: set up, look after, turn off; recovery codes are shown once. */
class SecondFactor extends Part {
  constructor() {
    super(desk.shellChanged);
    this.step = "idle";
  }

  told() {
    this.dispatchEvent(new CustomEvent("account", { bubbles: true }));
  }

  async go(step) {
    this.step = step;
    this.fault = "";
    this.requestUpdate();
    await this.updateComplete;
    const target = step === "idle" ? "button" : step === "codes" ? ".codes" : "input:not([readonly])";
    this.querySelector(target)?.focus();
  }

  async run(act) {
    if (this.busy) return;
    this.busy = true;
    this.fault = "";
    this.requestUpdate();
    try {
      await act();
    } catch (failure) {
      this.fault = sentence(failure);
      this.updateComplete.then(() => {
        const field = this.querySelector("hilo-password") ?? this.querySelector("#totp");
        field?.focus();
        field?.select?.();
      });
    }
    this.busy = false;
    this.requestUpdate();
  }

  begin() {
    return this.run(async () => {
      this.key = await call("POST", "me/totp");
      this.picture = picture(this.key.uri);
      await this.go("scan");
    });
  }

  mend() {
    if (!this.fault) return;
    this.fault = "";
    this.requestUpdate();
  }

  typed({ target }) {
    target.value = target.value.replace(/\D/g, "").slice(0, DIGITS);
    if (target.value.length === DIGITS) target.form.requestSubmit();
  }

  confirm(event) {
    event.preventDefault();
    const code = new FormData(event.target).get("code");
    if (code.length !== DIGITS) {
      this.fault = t("door.codeWrong");
      this.requestUpdate();
      return;
    }
    this.run(async () => {
      const { recovery } = await call("PUT", "me/totp", { code });
      this.key = null;
      this.codes(recovery);
    });
  }

  codes(recovery) {
    this.recovery = recovery;
    this.told();
    this.go("codes");
  }

  /** Both need the password again, so that an open desk is not enough. */
  proven(event, step) {
    event.preventDefault();
    const password = new FormData(event.target).get("confirm") ?? undefined;
    this.run(async () => {
      if (step === "renew") {
        this.codes((await call("POST", "me/recovery", { password })).recovery);
      } else {
        await call("DELETE", "me/totp", { password });
        desk.toast(t("second.offDone"));
        this.told();
        await this.go("idle");
      }
    });
  }

  kept() {
    this.recovery = null;
    this.go("idle");
  }

  async copy(text, word) {
    try {
      await navigator.clipboard.writeText(text);
      desk.toast(t(word));
    } catch {
      desk.toast(t("second.notCopied"), { bad: true });
    }
  }

  download() {
    const { workspace, email, agent } = desk.session;
    const text = `Hilo · ${workspace} · ${email ?? agent.name}\n${t("second.codesTitle")}\n\n${this.recovery.join("\n")}\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "hilo-recovery-codes.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  render() {
    const { secondFactor: on, secondFactorDue: due } = desk.session ?? {};
    const body = { scan: () => this.scan(), codes: () => this.shown(), renew: () => this.prove("renew"), off: () => this.prove("off") };
    return html`<section class="panel second" aria-labelledby="second-title"><div class="panel-head"><div><h2 id="second-title">${t("second.title")}
          <span class="tag ${on ? "ok" : ""}" data-testid="second-state">${icon(on ? "verified" : "shield")}${t(on ? "second.on" : "second.off")}</span></h2><p>${t(on ? "second.onText" : "second.offText")}</p></div>
        ${!on && this.step === "idle" ? html`<button type="button" class="button primary" data-testid="second-begin" ?disabled=${this.busy} @click=${() => this.begin()}>${t("second.begin")}</button>` : nothing}</div>
      ${due && !on && this.step === "idle" ? html`<div class="panel-body"><div class="notice">${icon("info")}<p>${t("second.due")}</p></div></div>` : nothing}
      ${this.step === "idle" && this.fault ? html`<div class="panel-body"><div class="notice bad" role="alert">${icon("alert")}<p>${this.fault}</p></div></div>` : nothing}
      ${body[this.step]?.() ?? (on ? this.care() : nothing)}</section>`;
  }

  care() {
    const n = desk.session.recoveryLeft ?? 0;
    return html`<div class="panel-body care"><p class=${n <= FEW ? "few" : ""}>${icon("key")}<span>${t(n ? "second.left" : "second.none", { n })}</span></p>
      <div class="buttons"><button type="button" class="button" data-testid="second-renew" @click=${() => this.go("renew")}>${t("second.renew")}</button>
        <button type="button" class="button bad" data-testid="second-off" @click=${() => this.go("off")}>${t("second.turnOff")}</button></div></div>`;
  }

  scan() {
    const { secret, uri } = this.key;
    const { size, path } = this.picture;
    return html`<form class="panel-body scan" novalidate @input=${this.mend} @submit=${this.confirm}>
      ${size ? html`<div class="qr"><svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${t("second.qr")} shape-rendering="crispEdges">${svg`<path d=${path} />`}</svg></div>` : nothing}
      <ol class="steps"><li><strong>${t("second.step1")}</strong><p>${t("second.step1Text")}</p>
          <p class="secret-text"><code data-testid="totp-secret" data-uri=${uri}>${secret.match(/.{1,4}/g).join(" ")}</code>
            <button type="button" class="icon-button" aria-label=${t("second.copySecret")} title=${t("second.copySecret")} @click=${() => this.copy(secret, "second.secretCopied")}>${icon("copy")}</button></p>
          <a class="button small open-app" href=${uri}>${icon("phone")}${t("second.openApp")}</a></li>
        <li class="entry"><strong>${t("second.step2")}</strong><label for="totp">${t("second.step2Text")}</label>
          <input id="totp" class="digits" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required @input=${this.typed}
            aria-invalid=${this.fault ? "true" : nothing} aria-describedby=${this.fault ? "totp-fault" : nothing} />
          ${this.fault ? html`<p class="fault" id="totp-fault" role="alert">${icon("alert")}${this.fault}</p>` : nothing}
          <div class="buttons"><button class="button primary" data-testid="second-confirm" ?disabled=${this.busy}>${t("second.confirm")}</button>
            <button type="button" class="button" @click=${() => this.go("idle")}>${t("account.cancel")}</button></div></li></ol></form>`;
  }

  shown() {
    const { recovery } = this;
    return html`<div class="panel-body"><div class="notice warn">${icon("key")}<p><strong>${t("second.codesTitle")}.</strong> ${t("second.codesText")}</p></div>
      <ul class="codes" tabindex="-1" aria-label=${t("second.codesTitle")}>${recovery.map((code) => html`<li><code data-testid="recovery-code">${code}</code></li>`)}</ul>
      <div class="buttons"><button type="button" class="button" @click=${() => this.copy(recovery.join("\n"), "second.codesCopied")}>${icon("copy")}${t("second.copy")}</button>
        <button type="button" class="button" @click=${() => this.download()}>${icon("download")}${t("second.download")}</button>
        <button type="button" class="button" @click=${() => print()}>${icon("print")}${t("second.print")}</button>
        <span class="spring"></span><button type="button" class="button primary" data-testid="codes-kept" @click=${() => this.kept()}>${icon("check")}${t("second.kept")}</button></div></div>`;
  }

  prove(step) {
    const off = step === "off";
    return html`<form class="panel-body narrow-form" novalidate @input=${this.mend} @submit=${(e) => this.proven(e, step)}>
      <p>${t(off ? "second.offAsk" : "second.renewAsk")}</p>
      <input type="text" class="hidden" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" .value=${desk.session.email ?? desk.session.agent.id} readonly />
      ${desk.session.password ? html`<hilo-password class="entry" name="confirm" .label=${t("account.current")} .fault=${this.fault}></hilo-password>` : this.fault ? html`<p class="fault" role="alert">${icon("alert")}${this.fault}</p>` : nothing}
      <div class="buttons"><button class="button ${off ? "bad" : "primary"}" data-testid="second-prove" ?disabled=${this.busy}>${t(off ? "second.turnOff" : "second.renew")}</button>
        <button type="button" class="button" @click=${() => this.go("idle")}>${t("account.cancel")}</button></div></form>`;
  }
}

customElements.define("hilo-second-factor", SecondFactor);
