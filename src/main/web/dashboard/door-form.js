import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { Part } from "./common.js";
import { LONGEST, SHORTEST } from "./password.js";
import { t } from "./prefs.js";
import { countdown, sentence } from "./refusal.js";

/**
 * What the forms of the door have in common: they are sent once, what is wrong stands where it is
 * wrong, a refusal is one sentence on top, and a wait that the gateway asks for counts down.
 */
export class Form extends Part {
  constructor(...signals) {
    super(...signals);
    this.faults = {};
    this.notice = null;
    this.lockedUntil = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.clock = setInterval(() => this.tick(), 500);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
  }

  tick() {
    if (!this.lockedUntil) return;
    if (!this.lock) this.lockedUntil = 0;
    this.requestUpdate();
  }

  /** Seconds until the next try may be made. */
  get lock() {
    return Math.max(0, Math.ceil((this.lockedUntil - Date.now()) / 1000));
  }

  refused(failure) {
    if (failure.status === 429) this.lockedUntil = Date.now() + 1000 * (failure.wait ?? 1);
    else if (failure.code === "weak-password") this.faults.password = sentence(failure);
    else this.notice = { bad: true, text: () => sentence(failure) };
  }

  /** Sends a form once: checks first, shows what is wrong where it is wrong. */
  async submit(event, checks, send) {
    event.preventDefault();
    if (this.busy || this.lock) return;
    const fields = Object.fromEntries(new FormData(event.target));
    this.faults = Object.fromEntries(
      Object.entries(checks)
        .map(([name, check]) => [name, check(String(fields[name] ?? ""))])
        .filter(([, fault]) => fault),
    );
    this.notice = null;
    if (!Object.keys(this.faults).length) {
      this.busy = true;
      this.requestUpdate();
      try {
        await send(fields);
      } catch (failure) {
        this.refused(failure);
      }
      this.busy = false;
    }
    this.requestUpdate();
    const [wrong] = Object.keys(this.faults);
    if (wrong) {
      await this.updateComplete;
      this.querySelector(`[name="${wrong}"]`)?.focus();
    }
  }

  /** What is being written again is no longer called wrong. */
  mend({ target }) {
    if (!this.faults[target.name]) return;
    delete this.faults[target.name];
    this.requestUpdate();
  }

  async focusFirst() {
    await this.updateComplete;
    const field = [...this.querySelectorAll("input")].find((input) => !input.value) ?? this.querySelector("h1");
    field?.focus();
  }

  fresh(value) {
    const length = [...value].length;
    return length < SHORTEST
      ? t("door.tooShort", { n: SHORTEST })
      : length > LONGEST
        ? t("door.tooLong", { n: LONGEST })
        : "";
  }

  title(title, text) {
    return html`<h1 tabindex="-1">${title}</h1>${text ? html`<p class="lead">${text}</p>` : nothing}${this.told()}`;
  }

  told() {
    const seconds = this.lock;
    if (seconds)
      return html`<div class="notice bad" role="alert" data-testid="door-notice">${icon("clock")}<p>${t("door.locked")} <span role="timer" aria-live="off" data-testid="door-countdown">${t("door.lockedFor", { time: countdown(seconds) })}</span></p></div>`;
    if (!this.notice) return nothing;
    const { text, bad, good } = this.notice;
    return html`<div class="notice ${bad ? "bad" : good ? "good" : ""}" role=${bad ? "alert" : "status"} data-testid="door-notice">${icon(bad ? "alert" : good ? "check" : "info")}<p>${typeof text === "function" ? text() : text}</p></div>`;
  }

  field(name, label, { type = "text", complete, value = "", hint } = {}) {
    const fault = this.faults?.[name];
    const told = [hint ? `${name}-hint` : "", fault ? `${name}-fault` : ""].filter(Boolean).join(" ");
    return html`<div class="entry"><label for=${name}>${label}</label>
      <input id=${name} name=${name} type=${type} autocomplete=${complete ?? nothing} .defaultValue=${value} maxlength="254" required
        autocapitalize=${type === "email" ? "none" : nothing} spellcheck="false" aria-invalid=${fault ? "true" : nothing} aria-describedby=${told || nothing} />
      ${fault ? html`<p class="fault" id="${name}-fault">${icon("alert")}${fault}</p>` : nothing}
      ${hint ? html`<p class="muted" id="${name}-hint">${hint}</p>` : nothing}</div>`;
  }

  password(label, fresh) {
    return html`<hilo-password class="entry" name="password" .label=${label} .fault=${this.faults?.password ?? ""} .fresh=${fresh}></hilo-password>`;
  }

  main(word) {
    return html`<button class="button primary block" data-testid="door-go" ?disabled=${this.busy || this.lock}>${this.busy ? html`<span class="spinner" aria-hidden="true"></span>` : nothing}${t(word)}</button>`;
  }

  link(word, act) {
    return html`<button type="button" class="linkish" @click=${act}>${t(word)}</button>`;
  }
}
