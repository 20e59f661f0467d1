import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { Part } from "./common.js";
import { desk } from "./desk.js";
import { doorStyle } from "./door-style.js";
import { LONGEST, SHORTEST } from "./password.js";
import { t, wear } from "./prefs.js";
import { sentence } from "./refusal.js";
import { securityStyle } from "./security-style.js";
import { call, recognise } from "./session.js";
import { head } from "./settings-head.js";
import "./second-factor.js";
import "./sessions.js";

wear(doorStyle + securityStyle);

/** Your account: the password, the second step at sign-in, and where you are signed in. */
class Security extends Part {
  constructor() {
    super(desk.shellChanged);
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("account", () => this.reread());
    this.reread();
  }

  /** What the gateway knows of this account changes elsewhere too. */
  async reread() {
    const told = await recognise();
    if (!told) return;
    const { email, password, secondFactor, recoveryLeft, secondFactorDue } = told;
    const owed = desk.owes;
    Object.assign(desk.session, { email, password, secondFactor, recoveryLeft, secondFactorDue });
    if (owed && !desk.owes) desk.settled();
    desk.redraw();
  }

  render() {
    const { agent, email } = desk.session ?? {};
    if (!agent) return nothing;
    return html`${head(t("settings.security"), [agent.name, email].filter(Boolean).join(" · "))}
      <hilo-new-password></hilo-new-password>
      <hilo-second-factor></hilo-second-factor>
      <hilo-sessions></hilo-sessions>`;
  }
}

/** Changes the password, or sets the first one. */
class NewPassword extends Part {
  constructor() {
    super(desk.shellChanged);
  }

  async change(event) {
    event.preventDefault();
    if (this.busy) return;
    const { current, password } = Object.fromEntries(new FormData(event.target));
    const length = [...password].length;
    this.faults = {
      current: desk.session.password && !current ? t("door.passwordMissing") : "",
      password:
        length < SHORTEST
          ? t("door.tooShort", { n: SHORTEST })
          : length > LONGEST
            ? t("door.tooLong", { n: LONGEST })
            : "",
    };
    if (!this.faults.current && !this.faults.password) await this.send(current, password);
    this.requestUpdate();
    await this.updateComplete;
    const wrong = this.faults.current ? "current" : this.faults.password ? "password" : null;
    if (wrong) this.querySelector(`hilo-password[data-for=${wrong}]`)?.focus();
  }

  async send(current, password) {
    this.busy = true;
    this.requestUpdate();
    try {
      await call("PUT", "me/password", { ...(current ? { current } : {}), password });
      this.show(false);
      desk.toast(t("account.passwordDone"));
      this.dispatchEvent(new CustomEvent("account", { bubbles: true }));
      document.querySelector("hilo-sessions")?.load();
    } catch (failure) {
      this.faults =
        failure.code === "wrong-password" ? { current: sentence(failure) } : { password: sentence(failure) };
    }
    this.busy = false;
  }

  mend({ target }) {
    if (!this.faults[target.name]) return;
    this.faults[target.name] = "";
    this.requestUpdate();
  }

  async show(open) {
    this.open = open;
    this.faults = {};
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector(open ? "input" : "button")?.focus();
  }

  render() {
    const has = desk.session?.password;
    const word = has ? "account.change" : "account.set";
    return html`<section class="panel" aria-labelledby="password-title"><div class="panel-head"><div><h2 id="password-title">${t("account.password")}</h2><p>${t(has ? "account.passwordText" : "account.noPassword")}</p></div>
        ${this.open ? nothing : html`<button type="button" class="button" data-testid="change-password" @click=${() => this.show(true)}>${t(word)}</button>`}</div>
      ${this.open ? this.form(has, word) : nothing}</section>`;
  }

  form(has, word) {
    return html`<form class="panel-body narrow-form" novalidate @input=${this.mend} @submit=${this.change}>
      <input type="text" class="hidden" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" .value=${desk.session.email ?? desk.session.agent.id} readonly />
      ${has ? html`<hilo-password class="entry" name="current" data-for="current" .label=${t("account.current")} .fault=${this.faults?.current ?? ""}></hilo-password>` : nothing}
      <hilo-password class="entry" name="password" data-for="password" .label=${t("door.newPassword")} .fault=${this.faults?.password ?? ""} .fresh=${true}></hilo-password>
      <p class="muted">${t("account.othersOut")}</p>
      <div class="buttons"><button class="button primary" data-testid="save-password" ?disabled=${this.busy}>${t(word)}</button>
        <button type="button" class="button" @click=${() => this.show(false)}>${t("account.cancel")}</button></div></form>`;
  }
}

customElements.define("hilo-new-password", NewPassword);
customElements.define("hilo-security", Security);
