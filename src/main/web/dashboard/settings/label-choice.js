import { html } from "lit";
import { t } from "../prefs.js";
import { toggled } from "./form.js";
import { sorted } from "./items.js";

const colourOf = (name) => sorted("label").find((label) => label.name === name)?.colour ?? "grey";

/** Labels, given by name as conversations carry them. */
export const labelChips = (names) => names.map((name) => html`<span class="tagged" data-colour=${colourOf(name)}>${name}</span>`);

/** Some of the labels. */
export function labelChoice(value, change) {
  const names = [...new Set([...sorted("label").map(({ name }) => name), ...value])];
  if (!names.length) return html`<p class="muted">${t("labels.none")}</p>`;
  return html`<div class="chips">${names.map(
    (name) =>
      html`<label class="pick"><input type="checkbox" .checked=${value.includes(name)} @change=${(e) => change(toggled(value, name, e.target.checked))} /><span class="tagged" data-colour=${colourOf(name)}>${name}</span></label>`,
  )}</div>`;
}
