import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { t } from "../prefs.js";

/** One control with its label, and below it what to know or what is wrong. */
export const field = (id, label, control, { hint, error } = {}) =>
  html`<div class="form-field ${error ? "wrong" : ""}"><label for=${id}>${label}</label>${control}${below(id, hint, error)}</div>`;

const below = (id, hint, error) =>
  error
    ? html`<p class="form-error" id="${id}-below">${icon("alert")}${error}</p>`
    : hint
      ? html`<p class="form-hint" id="${id}-below">${hint}</p>`
      : nothing;

/** A group of controls under one legend. */
export const group = (legend, body, { hint, error } = {}) =>
  html`<fieldset class="form-group"><legend>${legend}</legend>${hint ? html`<p class="form-hint">${hint}</p>` : nothing}${body}${
    error ? html`<p class="form-error">${icon("alert")}${error}</p>` : nothing
  }</fieldset>`;

/**
 * A line of text.
 *
 * @param {{id: string, label: string, value?: string, change: (value: string) => void,
 *     type?: string, hint?: unknown, error?: string, required?: boolean, max?: number,
 *     placeholder?: string, readonly?: boolean, pattern?: string, inputmode?: string, min?: unknown,
 *     most?: unknown, plain?: boolean}} of `plain`: no prose, so nothing is corrected or capitalised
 */
export const textField = (of) =>
  field(
    of.id,
    of.label,
    html`<input id=${of.id} type=${of.type ?? "text"} .value=${of.value ?? ""} ?required=${of.required} ?readonly=${of.readonly}
      maxlength=${of.max ?? 200} placeholder=${of.placeholder ?? nothing} pattern=${of.pattern ?? nothing} inputmode=${of.inputmode ?? nothing}
      min=${of.min ?? nothing} max=${of.most ?? nothing} autocomplete="off" autocapitalize=${of.plain ? "none" : nothing} spellcheck=${of.plain ? "false" : nothing}
      aria-invalid=${of.error ? "true" : nothing} aria-describedby=${of.hint || of.error ? `${of.id}-below` : nothing}
      @input=${(e) => of.change(e.target.value)} />`,
    of,
  );

/** Several lines of text. */
export const areaField = (of) =>
  field(
    of.id,
    of.label,
    html`<textarea id=${of.id} rows=${of.rows ?? 3} .value=${of.value ?? ""} ?required=${of.required} maxlength=${of.max ?? 4000}
      placeholder=${of.placeholder ?? nothing} spellcheck=${of.plain ? "false" : nothing}
      aria-invalid=${of.error ? "true" : nothing} aria-describedby=${of.hint || of.error ? `${of.id}-below` : nothing}
      @input=${(e) => of.change(e.target.value)}></textarea>`,
    of,
  );

/** One of several. @param {{options: [value: string, name: string][]}} of */
export const selectField = (of) =>
  field(
    of.id,
    of.label,
    html`<select id=${of.id} aria-describedby=${of.hint || of.error ? `${of.id}-below` : nothing} @change=${(e) => of.change(e.target.value)}>
      ${of.options.map(([value, name]) => html`<option value=${value} ?selected=${value === (of.value ?? "")}>${name}</option>`)}</select>`,
    of,
  );

/** A check box with its name and, below, one sentence. */
export const check = ({ id, name, text, checked, change, disabled, badge = nothing }) =>
  html`<label class="choice"><input type="checkbox" id=${id ?? nothing} .checked=${Boolean(checked)} ?disabled=${disabled} @change=${(e) => change(e.target.checked)} />
    <span class="choice-text"><span class="choice-name">${badge}${name}</span>${text ? html`<small>${text}</small>` : nothing}</span></label>`;

/** One of a few, all of which can be seen. @param {{options: {value, name, text?}[]}} of */
export const radios = ({ name, value, options, change }) =>
  html`<div class="choices">${options.map(
    (each) =>
      html`<label class="choice"><input type="radio" name=${name} value=${each.value} .checked=${value === each.value} @change=${() => change(each.value)} />
        <span class="choice-text"><span class="choice-name">${each.name}</span>${each.text ? html`<small>${each.text}</small>` : nothing}</span></label>`,
  )}</div>`;

/** A list without a value, with or without it. */
export const toggled = (list, value, on) =>
  on ? [...list.filter((each) => each !== value), value] : list.filter((each) => each !== value);

/** Lines of a text as a list, and back. */
export const lines = (text) =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);

/** A text to copy, with the button that does it. */
export const copyable = (text, label, { block = false } = {}) =>
  html`<div class="copyable ${block ? "block" : ""}"><code tabindex="0" aria-label=${label}>${text}</code>
    <button type="button" class="button small" @click=${(e) => copy(text, e.currentTarget)}>${icon("copy")}<span>${t("copy")}</span></button></div>`;

async function copy(text, button) {
  const word = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(text);
    word.textContent = t("copied");
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    word.textContent = t("copyByHand");
  }
  setTimeout(() => (word.textContent = t("copy")), 2500);
}
