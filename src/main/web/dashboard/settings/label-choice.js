import { html } from "lit";
import { t } from "../prefs.js";
import { toggled } from "./form.js";
import { sorted } from "./items.js";

const looks = (id) => sorted("label").find((label) => label.id === id || label.name === id) ?? { id, name: id, colour: "grey" };

/** The name of a label, which conversations carry by its id. */
export const labelName = (id) => looks(id).name;

export const labelChips = (ids) => ids.map(looks).map(({ name, colour }) => html`<span class="tagged" data-colour=${colour}>${name}</span>`);

/** Some of the labels, by id. */
export function labelChoice(value, change) {
  const labels = sorted("label");
  const known = new Set(labels.map(({ id }) => id));
  const all = [...labels, ...value.filter((id) => !known.has(id)).map((id) => ({ ...looks(id), id }))];
  if (!all.length) return html`<p class="muted">${t("labels.none")}</p>`;
  return html`<div class="chips">${all.map(
    ({ id, name, colour }) =>
      html`<label class="pick"><input type="checkbox" .checked=${value.includes(id)} @change=${(e) => change(toggled(value, id, e.target.checked))} /><span class="tagged" data-colour=${colour}>${name}</span></label>`,
  )}</div>`;
}
