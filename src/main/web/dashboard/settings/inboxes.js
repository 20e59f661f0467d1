import { html, nothing } from "lit";
import { desk } from "../desk.js";
import { t } from "../prefs.js";
import { head } from "../settings-head.js";
import { areaField, copyable, lines, selectField, textField } from "./form.js";
import { openState } from "./hours.js";
import { itemOf, itemsOf, newId, sorted } from "./items.js";
import { chip, emptyState, fromFile, ItemsPage } from "./page.js";
import { listed } from "./words.js";

const ORIGIN = /^https?:\/\/[^/?#@*\s]+$/;

/** What a page needs to open the inbox. */
export const snippet = (id) => `<script async src="${location.origin}/widget.js" data-inbox="${id}"></script>`;

/** An address as people paste it, as an origin. */
function origin(text) {
  if (text === "*") return text;
  try {
    return new URL(/^https?:\/\//.test(text) ? text : `https://${text}`).origin;
  } catch {
    return text;
  }
}

/** Where the widget opens, as one sentence. */
function reach(origins = []) {
  if (origins.includes("*")) return t("inboxes.anywhere");
  return origins.length ? t("inboxes.onlyOn", { list: listed(origins) }) : t("inboxes.ownPages");
}

/** Inboxes of websites, with what to paste into the page. */
class Inboxes extends ItemsPage {
  kind = "inbox";
  wide = true;

  blank() {
    return { id: "", name: "", origins: [] };
  }

  idFor({ id, name }) {
    return id || newId(name, itemsOf("inbox"), "inbox");
  }

  edit(item) {
    this.origins = (item?.origins ?? []).join("\n");
    super.edit(item);
  }

  page() {
    return html`${head(t("settings.inboxes"), t("inboxes.text"), this.newButton(t("inboxes.new")))}
      ${this.list(emptyState("globe", t("inboxes.empty"), t("inboxes.emptyText")))}${this.editor()}`;
  }

  row(inbox) {
    const hours = inbox.hours && itemOf("hours", inbox.hours);
    return html`<div class="entry-main">${this.opener(inbox)}<span class="entry-sub">${reach(inbox.origins)}</span></div>
      <div class="chips">${chip(html`<code>${inbox.id}</code>`, "quiet")}${fromFile(inbox)}</div>${hours ? openState(hours) : nothing}`;
  }

  heading(draft) {
    return draft.isNew ? t("inboxes.new") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    const id = draft.isNew ? this.idFor(value) : draft.base.id;
    const wrong = value.origins.filter((each) => each !== "*" && !ORIGIN.test(each));
    const taken = draft.isNew && value.id && itemOf("inbox", value.id);
    return html`<div class="pair">${textField({ id: "inbox-name", label: t("name"), value: value.name, required: true, max: 100, placeholder: t("inboxes.example"), hint: t("inboxes.nameHint"), change: (name) => draft.set("name", name) })}
      ${textField({ id: "inbox-id", label: t("inboxes.id"), value: draft.isNew ? value.id : id, plain: true, max: 32, readonly: !draft.isNew, pattern: "[a-z0-9\\-]{1,32}", placeholder: id, hint: t(draft.isNew ? "inboxes.idHint" : "inboxes.idFixed"), error: taken ? t("inboxes.idTaken") : "", change: (text) => draft.set("id", text.trim()) })}</div>
      ${areaField({ id: "inbox-origins", label: t("inboxes.origins"), value: this.origins, rows: 2, plain: true, placeholder: "https://www.example.com", error: wrong.length ? t("inboxes.badOrigin", { list: listed(wrong) }) : "", change: (text) => this.setOrigins(draft, text) })}
      <p class="live-note" role="status" data-testid="reach">${reach(value.origins)}</p>
      ${areaField({ id: "inbox-greeting", label: t("inboxes.greeting"), value: value.greeting, rows: 2, max: 1000, placeholder: t("inboxes.greetingExample"), change: (greeting) => draft.set("greeting", greeting || undefined) })}
      ${selectField({ id: "inbox-hours", label: t("inboxes.hours"), value: value.hours ?? "", options: [["", t("inboxes.noHours")], ...sorted("hours").map((hours) => [hours.id, hours.name])], hint: value.hours && itemOf("hours", value.hours) ? openState(itemOf("hours", value.hours)) : "", change: (hours) => draft.set("hours", hours || undefined) })}
      <div class="form-field"><span class="name">${t("inboxes.snippet")}</span>${copyable(snippet(id), t("inboxes.snippet"), { block: true })}<p class="form-hint">${t("inboxes.snippetHint")}</p></div>`;
  }

  setOrigins(draft, text) {
    this.origins = text;
    draft.set("origins", [...new Set(lines(text).map(origin))]);
  }

  done(draft, saved) {
    if (!draft.isNew) return super.done(draft, saved);
    desk.toast(t("createdToast", { name: saved.name }));
    this.edit(saved);
    return false;
  }

  removeText() {
    return t("inboxes.removeText");
  }
}

customElements.define("hilo-inboxes", Inboxes);
