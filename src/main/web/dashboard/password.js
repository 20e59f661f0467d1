import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { Part } from "./common.js";
import { t } from "./prefs.js";

export const SHORTEST = 10;
export const LONGEST = 200;

/**
 * How good a new password is, told by its length first: `short`, `same` (few different letters),
 * `fair`, `good` or `strong`. The gateway has the last word.
 */
export function strength(password) {
  const letters = [...password];
  if (letters.length < SHORTEST) return "short";
  if (new Set(letters).size < 5) return "same";
  return letters.length < 14 ? "fair" : letters.length < 20 ? "good" : "strong";
}

/**
 * A field for a password that can be shown, warns of caps lock and, with `fresh`, tells how good a
 * new one is. It draws into the form around it; its input has the id and the name `name`.
 */
class PasswordField extends Part {
  static properties = {
    name: {},
    label: {},
    fault: {},
    fresh: { type: Boolean },
    shown: { state: true },
    caps: { state: true },
    value: { state: true },
  };

  constructor() {
    super();
    this.value = "";
  }

  get input() {
    return this.querySelector("input");
  }

  focus() {
    this.input?.focus();
    this.input?.select();
  }

  watch(event) {
    this.caps = event.getModifierState?.("CapsLock") ?? false;
  }

  render() {
    const { name } = this;
    const told = [
      this.fault ? `${name}-fault` : "",
      this.caps ? `${name}-caps` : "",
      this.fresh && !this.fault ? `${name}-strength` : "",
    ];
    return html`<label for=${name}>${this.label}</label>
      <div class="secret"><input id=${name} name=${name} type=${this.shown ? "text" : "password"} maxlength=${LONGEST} required
          autocomplete=${this.fresh ? "new-password" : "current-password"} autocapitalize="none" spellcheck="false"
          aria-invalid=${this.fault ? "true" : nothing} aria-describedby=${told.filter(Boolean).join(" ") || nothing}
          @input=${(e) => (this.value = e.target.value)} @keydown=${this.watch} @keyup=${this.watch} @blur=${() => (this.caps = false)} />
        <button type="button" class="icon-button" aria-pressed=${String(Boolean(this.shown))} aria-label=${t("door.show")} title=${t(this.shown ? "door.hide" : "door.show")}
          @click=${() => (this.shown = !this.shown)}>${icon(this.shown ? "unseen" : "seen")}</button></div>
      ${this.fault ? html`<p class="fault" id="${name}-fault">${icon("alert")}${this.fault}</p>` : nothing}
      ${this.caps ? html`<p class="caps" id="${name}-caps" role="status">${icon("caps")}${t("door.caps")}</p>` : nothing}
      ${this.fresh && !this.fault ? this.meter() : nothing}`;
  }

  meter() {
    const how = this.value ? strength(this.value) : "none";
    const n = SHORTEST - [...this.value].length;
    return html`<div class="strength" data-how=${how}><span class="bars" aria-hidden="true"><i></i><i></i><i></i></span>
      <p id="${this.name}-strength" aria-live="polite">${t(`strength.${how}`, how === "short" ? { n } : {})}</p></div>`;
  }
}

customElements.define("hilo-password", PasswordField);
