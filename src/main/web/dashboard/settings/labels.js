import { html } from "lit";
import { t } from "../prefs.js";
import { head } from "../settings-head.js";
import { group, textField } from "./form.js";
import { sorted } from "./items.js";
import { emptyState, fromFile, ItemsPage } from "./page.js";

const COLOURS = ["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple"];

/** Labels and their colours. */
class Labels extends ItemsPage {
  kind = "label";
  inline = true;

  blank() {
    const used = sorted("label").map(({ colour }) => colour);
    return { name: "", colour: COLOURS.slice(1).find((each) => !used.includes(each)) ?? "grey" };
  }

  page() {
    return html`${head(t("settings.labels"), t("labels.text"), this.newButton(t("labels.new")))}
      ${this.list(emptyState("tag", t("labels.empty"), t("labels.emptyText")))}`;
  }

  row(label) {
    return html`<div class="entry-main">${this.opener(label, html`<span class="tagged" data-colour=${label.colour}>${label.name}</span>`)}</div>${fromFile(label)}`;
  }

  heading(draft) {
    return draft.isNew ? t("labels.new") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    return html`<div class="pair">${textField({ id: "label-name", label: t("name"), value: value.name, required: true, max: 40, placeholder: t("labels.example"), change: (name) => draft.set("name", name) })}
      ${group(
        t("labels.colour"),
        html`<div class="swatches">${COLOURS.map(
          (colour) =>
            html`<label class="swatch" data-colour=${colour} title=${t(`colour.${colour}`)}><input type="radio" name="colour" value=${colour} .checked=${value.colour === colour} @change=${() => draft.set("colour", colour)} /><span class="hidden">${t(`colour.${colour}`)}</span></label>`,
        )}</div>`,
      )}</div>
      <p class="form-hint preview">${t("preview")}: <span class="tagged" data-colour=${value.colour}>${value.name || t("labels.example")}</span></p>`;
  }

  removeText() {
    return t("labels.removeText");
  }
}

customElements.define("hilo-labels", Labels);
