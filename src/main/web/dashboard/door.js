import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { LANGUAGES } from "../shared/i18n.js";
import { logo } from "./common.js";
import { desk } from "./desk.js";
import { Form } from "./door-form.js";
import { doorStyle } from "./door-style.js";
import { prefs, t, wear } from "./prefs.js";
import { sentence } from "./refusal.js";
import * as session from "./session.js";
import "./words-door.js";

wear(doorStyle);

const MAIL = /^[^\s@]+@[^\s@]+$/;
const DIGITS = 6;
const FAREWELLS = { revoked: "door.revoked", "signed-out": "door.ended", left: "door.left" };

/**
 * What somebody sees who is not signed in: sign-in with its second step, a forgotten password, and
 * the pages of the links that make the first administrator, accept an invitation or set a new
 * password.
 */
class Door extends Form {
  constructor() {
    super(desk.shellChanged);
    this.offer = null;
    this.mail = "";
    this.step = "sign-in";
    this.notice = FAREWELLS[desk.why] ? { text: () => t(FAREWELLS[desk.why]) } : null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.ask();
  }

  /** Takes up what a link brought, also one that is opened while the door stands open. */
  willUpdate() {
    if (!desk.arrived || desk.arrived === this.arrived) return;
    this.arrived = desk.arrived;
    this.spent = false;
    this.faults = {};
    const { kind, code, failure } = this.arrived;
    const passing = kind === "enter" || kind === "problem";
    this.step = passing ? "sign-in" : kind;
    this.notice = passing ? { bad: true, text: () => sentence(failure ?? { code }) } : null;
  }

  async ask() {
    try {
      this.offer = await session.door();
      if (this.silent && (await session.recognise())) return this.inside();
      this.silent = false;
    } catch (failure) {
      this.offer = { mail: false, setup: false };
      this.silent = failure.code === "offline" || failure.status >= 500;
    }
    this.requestUpdate();
    const untouched = document.activeElement === document.body;
    if (untouched && matchMedia("(pointer: fine)").matches) this.focusFirst();
  }

  updated() {
    if (this.shownStep === this.step) return;
    const first = this.shownStep === undefined;
    this.shownStep = this.step;
    if (!first) this.focusFirst();
  }

  go(step, notice = null) {
    this.step = step;
    this.notice = notice;
    this.faults = {};
    this.requestUpdate();
  }

  refused(failure) {
    if (failure.code === "bad-link" && this.step === "second") {
      this.go("sign-in", { bad: true, text: () => t("door.tooLate") });
      return;
    }
    super.refused(failure);
    this.spent = failure.code === "bad-link";
  }

  async signIn({ email, password }) {
    this.mail = email.trim();
    try {
      return this.opened(await session.signIn(this.mail, password));
    } catch (failure) {
      this.updateComplete.then(() => this.querySelector("hilo-password")?.focus());
      throw failure;
    }
  }

  /** In, or asked for the second step first. */
  opened(answer) {
    if (!answer?.challenge) return this.inside();
    this.challenge = answer.challenge;
    this.recovery = false;
    this.go("second");
  }

  async second({ code }) {
    try {
      await session.second(this.challenge, this.recovery ? code.trim() : code.replace(/\D/g, ""));
      this.inside();
    } catch (failure) {
      this.updateComplete.then(() => this.querySelector("#code")?.select());
      throw failure;
    }
  }

  /** Six digits are the whole code, typed or pasted, with or without a space. */
  typed({ target }) {
    if (this.recovery) return;
    const digits = target.value.replace(/\D/g, "").slice(0, DIGITS);
    target.value = digits;
    if (digits.length === DIGITS) target.form.requestSubmit();
  }

  /** A new document for whoever is inside: nothing of the one before stays, passwords are offered to be kept. */
  inside() {
    location.reload();
    return new Promise(() => {});
  }

  async reset({ password }) {
    await session.call("POST", "reset/accept", { code: this.arrived.code, password });
    if (await session.recognise()) return this.inside();
    this.go("sign-in", { good: true, text: () => t("door.resetDone") });
  }

  render() {
    const draw = {
      "sign-in": () => (this.offer?.setup ? this.unset() : this.signInForm()),
      second: () => this.secondForm(),
      forgot: () => this.forgotForm(),
      sent: () => this.sent(),
      setup: () => this.setupForm(),
      invitation: () => this.invitationForm(),
      reset: () => this.resetForm(),
    }[this.step];
    return html`<main class="door"><div class="door-card" aria-busy=${String(Boolean(this.busy))}>${logo()}${draw()}</div>
      <div class="languages" role="group" aria-label=${t("language")}>${Object.entries(LANGUAGES).map(
        ([key, name]) =>
          html`<button type="button" lang=${key} aria-pressed=${String(prefs.language === key)} @click=${() => this.speak(key)}>${name}</button>`,
      )}</div></main>`;
  }

  speak(language) {
    prefs.set({ language });
    desk.redraw();
  }

  told() {
    return this.silent
      ? html`<div class="notice bad" role="alert" data-testid="door-notice">${icon("alert")}<p>${t("refused.offline")}</p>
        <button type="button" class="button small" @click=${() => this.ask()}>${t("retry")}</button></div>`
      : super.told();
  }

  signInForm() {
    const { oidc } = this.offer ?? {};
    const checks = {
      email: (value) => (MAIL.test(value.trim()) ? "" : t("door.mailWrong")),
      password: (value) => (value ? "" : t("door.passwordMissing")),
    };
    return html`${this.title(t("door.title"), session.workspace())}
      ${
        oidc
          ? html`<a class="button block" data-testid="door-oidc" href=${session.elsewhere()}>${icon("key")}${t("door.continueWith", { name: oidc.name })}</a>
            <p class="or"><span>${t("door.or")}</span></p>`
          : nothing
      }
      <form novalidate @input=${this.mend} @submit=${(e) => this.submit(e, checks, (fields) => this.signIn(fields))}>
        ${this.field("email", t("door.mail"), { type: "email", complete: "username", value: this.mail })}
        ${this.password(t("door.password"), false)}
        ${this.main("door.signIn")}
      </form>
      <p class="beside">${this.link("door.forgot", () => this.go("forgot"))}</p>`;
  }

  unset() {
    return html`${this.title(t("door.unset"), t("door.unsetText"))}
      <p class="muted">${t("door.unsetHint")}</p>
      <p class="beside"><button type="button" class="button block" @click=${() => this.ask()}>${t("door.again")}</button></p>`;
  }

  secondForm() {
    const { recovery } = this;
    const checks = {
      code: (value) =>
        recovery
          ? value.trim()
            ? ""
            : t("door.recoveryMissing")
          : value.replace(/\D/g, "").length === DIGITS
            ? ""
            : t("door.codeWrong"),
    };
    const fault = this.faults?.code;
    return html`${this.title(t("door.second"), t(recovery ? "door.recoveryText" : "door.secondText"))}
      <form novalidate @input=${this.mend} @submit=${(e) => this.submit(e, checks, (fields) => this.second(fields))}>
        <div class="entry"><label for="code">${t(recovery ? "door.recoveryCode" : "door.code")}</label>
          <input id="code" name="code" class=${recovery ? "" : "digits"} type="text" inputmode=${recovery ? "text" : "numeric"} autocomplete=${recovery ? "off" : "one-time-code"}
            autocapitalize="none" spellcheck="false" maxlength=${recovery ? 64 : 12} required aria-invalid=${fault ? "true" : nothing} aria-describedby=${fault ? "code-fault" : nothing} @input=${this.typed} />
          ${fault ? html`<p class="fault" id="code-fault">${icon("alert")}${fault}</p>` : nothing}</div>
        ${this.main("door.check")}
      </form>
      <p class="beside">${this.link(recovery ? "door.useApp" : "door.useRecovery", () => this.swap())}${this.link("back", () => this.go("sign-in"))}</p>`;
  }

  async swap() {
    this.recovery = !this.recovery;
    this.go("second");
    await this.updateComplete;
    const code = this.querySelector("#code");
    code.value = "";
    code.focus();
  }

  forgotForm() {
    if (this.offer && !this.offer.mail && !this.silent)
      return html`${this.title(t("door.forgotTitle"), t("door.noMail"))}
        <p class="beside">${this.link("door.toSignIn", () => this.go("sign-in"))}</p>`;
    const checks = { email: (value) => (MAIL.test(value.trim()) ? "" : t("door.mailWrong")) };
    return html`${this.title(t("door.forgotTitle"), t("door.forgotText"))}
      <form novalidate @input=${this.mend} @submit=${(e) => this.submit(e, checks, (fields) => this.forgot(fields))}>
        ${this.field("email", t("door.mail"), { type: "email", complete: "username", value: this.mail })}
        ${this.main("door.sendLink")}
      </form>
      <p class="beside">${this.link("door.toSignIn", () => this.go("sign-in"))}</p>`;
  }

  async forgot({ email }) {
    this.mail = email.trim();
    await session.call("POST", "reset", { workspace: session.workspace(), email: this.mail });
    this.go("sent");
  }

  sent() {
    return html`${this.title(t("door.sentTitle"), t("door.sentText", { mail: this.mail }))}
      <p class="muted">${t("door.sentHint")}</p>
      <p class="beside">${this.link("door.toSignIn", () => this.go("sign-in"))}${this.link("door.otherMail", () => this.go("forgot"))}</p>`;
  }

  /** A link that no longer works leaves nothing to fill in. */
  over() {
    return html`${this.title(t("door.over"), t("door.overText"))}
      <p class="beside"><button type="button" class="button block" @click=${() => this.away()}>${t(desk.session ? "door.toInbox" : "door.toSignIn")}</button></p>`;
  }

  away() {
    this.arrived = null;
    this.spent = false;
    if (desk.session) desk.passDoor();
    else {
      desk.arrived = null;
      this.go("sign-in");
    }
  }

  aside() {
    return desk.session
      ? html`<p class="beside muted">${t("door.signedInAs", { name: desk.session.agent.name })} ${this.link("door.toInbox", () => this.away())}</p>`
      : nothing;
  }

  setupForm() {
    if (this.spent) return this.over();
    const checks = {
      name: (value) => (value.trim() ? "" : t("door.nameMissing")),
      email: (value) => (MAIL.test(value.trim()) ? "" : t("door.mailWrong")),
      password: (value) => this.fresh(value),
    };
    const send = async ({ name, email, password }) => {
      await session.call("POST", "setup", {
        code: this.arrived.code,
        name: name.trim(),
        email: email.trim(),
        password,
      });
      return this.inside();
    };
    return html`${this.title(t("door.setup"), t("door.setupText"))}
      <form novalidate @input=${this.mend} @submit=${(e) => this.submit(e, checks, send)}>
        ${this.field("name", t("door.yourName"), { complete: "name", hint: t("door.yourNameHint") })}
        ${this.field("email", t("door.mail"), { type: "email", complete: "username" })}
        ${this.password(t("door.newPassword"), true)}
        ${this.main("door.begin")}
      </form>${this.aside()}`;
  }

  invitationForm() {
    if (this.spent) return this.over();
    const checks = { password: (value) => this.fresh(value) };
    const send = async ({ name, password }) => {
      const more = name.trim() ? { name: name.trim() } : {};
      return this.opened(
        await session.call("POST", "invitation", { code: this.arrived.code, password, ...more }),
      );
    };
    return html`${this.title(t("door.invited"), t("door.invitedText"))}
      <form novalidate @input=${this.mend} @submit=${(e) => this.submit(e, checks, send)}>
        ${this.field("name", t("door.yourNameOr"), { complete: "name", hint: t("door.invitedNameHint") })}
        ${this.password(t("door.newPassword"), true)}
        ${this.main("door.join")}
      </form>${this.aside()}`;
  }

  resetForm() {
    if (this.spent) return this.over();
    const checks = { password: (value) => this.fresh(value) };
    return html`${this.title(t("door.reset"), t("door.resetText"))}
      <form novalidate @input=${this.mend} @submit=${(e) => this.submit(e, checks, (fields) => this.reset(fields))}>
        ${this.password(t("door.newPassword"), true)}
        ${this.main("door.setPassword")}
      </form>${this.aside()}`;
  }
}

customElements.define("hilo-door", Door);
