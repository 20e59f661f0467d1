import { html, nothing } from "lit";
import { LANGUAGES } from "../../shared/i18n.js";
import { desk } from "../desk.js";
import { t } from "../prefs.js";
import { head } from "../settings-head.js";
import { areaField, selectField, textField } from "./form.js";
import { itemsOf, newId } from "./items.js";
import { chip, emptyState, fromFile, ItemsPage } from "./page.js";

/** What a text may hold, with what it stands for here. */
const variables = () => ({ name: t("canned.someName"), agent: desk.session.agent.name });

/** The text as a customer would get it; what is filled in is marked. */
function filled(text) {
  const known = variables();
  return text
    .split(/(\{\{\s*\w+\s*\}\})/)
    .map((part) => {
      const variable = /^\{\{\s*(\w+)\s*\}\}$/.exec(part)?.[1];
      if (!variable) return part;
      return Object.hasOwn(known, variable) ? html`<mark>${known[variable]}</mark>` : html`<mark class="wrong">${part}</mark>`;
    });
}

/** Answers that are given again and again, typed as `/shortcut`. */
class CannedAnswers extends ItemsPage {
  kind = "canned";
  inline = true;

  blank() {
    return { shortcut: "", text: "" };
  }

  nameOf({ shortcut }) {
    return `/${shortcut}`;
  }

  text({ shortcut, text }) {
    return `${shortcut} ${text}`;
  }

  idFor({ shortcut }) {
    return newId(shortcut, itemsOf("canned"), "canned");
  }

  page() {
    return html`${head(t("settings.canned"), t("canned.text"), this.newButton(t("canned.new")))}
      ${this.list(emptyState("reply", t("canned.empty"), t("canned.emptyText")))}`;
  }

  row(canned) {
    return html`<div class="entry-main">${this.opener(canned, html`<code>/${canned.shortcut}</code>`)}<span class="entry-sub clamp">${canned.text}</span></div>
      ${canned.language ? chip(LANGUAGES[canned.language] ?? canned.language, "outline") : nothing}${fromFile(canned)}`;
  }

  heading(draft) {
    return draft.isNew ? t("canned.new") : this.nameOf(draft.base);
  }

  form(draft) {
    const { value } = draft;
    const twin = [...itemsOf("canned").values()].some(
      (each) => each.id !== draft.base?.id && each.shortcut.toLowerCase() === value.shortcut.toLowerCase(),
    );
    return html`<div class="pair">${textField({ id: "canned-shortcut", label: t("canned.shortcut"), value: value.shortcut, required: true, plain: true, max: 40, pattern: "[\\p{L}\\p{N}_\\-]{1,40}", placeholder: t("canned.example"), hint: twin ? "" : t("canned.shortcutHint"), error: twin ? t("canned.twin") : "", change: (text) => draft.set("shortcut", text.replace(/^\/+/, "")) })}
      ${selectField({ id: "canned-language", label: t("language"), value: value.language ?? "", options: [["", t("canned.anyLanguage")], ...Object.entries(LANGUAGES)], change: (language) => draft.set("language", language || undefined) })}</div>
      ${areaField({ id: "canned-text", label: t("canned.body"), value: value.text, required: true, max: 4000, rows: 4, change: (text) => draft.set("text", text) })}
      <div class="inserts"><span class="muted">${t("canned.insert")}</span>${["name", "agent"].map((name) => html`<button type="button" class="button small" @click=${() => this.insert(draft, `{{${name}}}`)}>${t(`canned.${name}`)}</button>`)}</div>
      ${value.text ? html`<div class="said" aria-label=${t("preview")} role="group"><span class="muted">${t("preview")}</span><p>${filled(value.text)}</p></div>` : nothing}`;
  }

  insert(draft, variable) {
    const area = this.querySelector("#canned-text");
    area.setRangeText(variable, area.selectionStart, area.selectionEnd, "end");
    draft.set("text", area.value);
    area.focus();
  }
}

customElements.define("hilo-canned", CannedAnswers);
