import { html, nothing } from "lit";
import { FILTERS } from "../inbox-list.js";
import { t } from "../prefs.js";
import { head } from "../settings-head.js";
import { group, selectField, textField } from "./form.js";
import { addressChips, inboxChoice, learnAccounts } from "./inbox-choice.js";
import { labelChips, labelChoice } from "./label-choice.js";
import { chip, emptyState, fromFile, ItemsPage } from "./page.js";

/** Looks at the inbox that were given a name. */
class Views extends ItemsPage {
  kind = "view";
  inline = true;

  connectedCallback() {
    super.connectedCallback();
    learnAccounts(() => this.requestUpdate());
  }

  blank() {
    return { name: "", filter: "open", inboxes: [], labels: [] };
  }

  edit(item) {
    this.only = Boolean(item?.inboxes?.length);
    super.edit(item);
  }

  page() {
    return html`${head(t("settings.views"), t("views.text"), this.newButton(t("views.new")))}
      ${this.list(emptyState("list", t("views.empty"), t("views.emptyText")))}`;
  }

  row(view) {
    return html`<div class="entry-main">${this.opener(view)}
      <span class="entry-sub chips">${chip(t(`filter.${view.filter}`))}${addressChips(view.inboxes ?? [])}${labelChips(view.labels ?? [])}</span></div>${fromFile(view)}`;
  }

  heading(draft) {
    return draft.isNew ? t("views.new") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    return html`<div class="pair">${textField({ id: "view-name", label: t("name"), value: value.name, required: true, max: 100, placeholder: t("views.example"), change: (name) => draft.set("name", name) })}
      ${selectField({ id: "view-filter", label: t("views.shows"), value: value.filter, options: FILTERS.map((filter) => [filter, t(`filter.${filter}`)]), change: (filter) => draft.set("filter", filter) })}</div>
      ${group(t("views.from"), inboxChoice({ id: "view", value: value.inboxes, only: this.only, change: (inboxes, only) => { this.only = only; draft.set("inboxes", inboxes); } }))}
      ${group(t("views.labels"), labelChoice(value.labels, (labels) => draft.set("labels", labels)), { hint: value.labels.length ? nothing : t("views.labelsHint") })}`;
  }
}

customElements.define("hilo-views", Views);
