import { html } from "lit";
import { icon } from "../../shared/icons.js";
import { t } from "../prefs.js";
import { head } from "../settings-head.js";
import { areaField, group, lines, selectField, textField } from "./form.js";
import { addressName, inboxChoice, learnAccounts } from "./inbox-choice.js";
import { personName, sorted } from "./items.js";
import { labelChoice, labelName } from "./label-choice.js";
import { emptyState, fromFile, ItemsPage } from "./page.js";
import { listed } from "./words.js";

const PRIORITIES = ["low", "normal", "high", "urgent"];

/** What is done by itself when a conversation opens. */
class Rules extends ItemsPage {
  kind = "rule";
  inline = true;

  connectedCallback() {
    super.connectedCallback();
    learnAccounts(() => this.requestUpdate());
  }

  blank() {
    return { name: "", inboxes: [], words: [], labels: [] };
  }

  edit(item) {
    this.only = Boolean(item?.inboxes?.length);
    this.words = (item?.words ?? []).join(", ");
    super.edit(item);
  }

  page() {
    return html`${head(t("settings.rules"), t("rules.text"), this.newButton(t("rules.new")))}
      ${this.list(emptyState("bolt", t("rules.empty"), t("rules.emptyText")))}`;
  }

  row(rule) {
    return html`<div class="entry-main">${this.opener(rule)}<span class="entry-sub">${sentence(rule)}</span></div>${fromFile(rule)}`;
  }

  heading(draft) {
    return draft.isNew ? t("rules.new") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    return html`${textField({ id: "rule-name", label: t("name"), value: value.name, required: true, max: 100, placeholder: t("rules.example"), change: (name) => draft.set("name", name) })}
      ${group(t("rules.when"), html`${inboxChoice({ id: "rule", value: value.inboxes, only: this.only, change: (inboxes, only) => { this.only = only; draft.set("inboxes", inboxes); } })}
        ${areaField({ id: "rule-words", label: t("rules.words"), value: this.words, rows: 1, max: 3000, placeholder: t("rules.wordsExample"), hint: t("rules.wordsHint"), change: (text) => { this.words = text; draft.set("words", lines(text)); } })}`)}
      ${group(t("rules.then"), html`<div class="form-field"><span class="name">${t("rules.labels")}</span>${labelChoice(value.labels, (labels) => draft.set("labels", labels))}</div>
        <div class="pair">${selectField({ id: "rule-priority", label: t("rules.priority"), value: value.priority ?? "", options: [["", t("rules.asIs")], ...PRIORITIES.map((each) => [each, t(`priority.${each}`)])], change: (priority) => draft.set("priority", priority || undefined) })}
        ${selectField({ id: "rule-assignee", label: t("rules.assignee"), value: value.assignee ?? "", options: [["", t("nobody")], ...sorted("user").map(({ id, name }) => [id, name])], change: (assignee) => draft.set("assignee", assignee || undefined) })}</div>`)}
      <p class="reads">${icon("bolt")}<span>${sentence(value)}</span></p>`;
  }
}

/** A rule as one sentence. */
function sentence({ inboxes = [], words = [], labels = [], priority, assignee }) {
  const where = inboxes.length ? t("rules.inInboxes", { list: listed(inboxes.map(addressName)) }) : t("rules.inAll");
  const having = words.length ? t("rules.having", { list: listed(words.map((word) => `“${word}”`), "disjunction") }) : "";
  const then = [
    labels.length ? t("rules.doLabel", { list: listed(labels.map(labelName)) }) : "",
    priority ? t("rules.doPriority", { priority: t(`priority.${priority}`).toLowerCase() }) : "",
    assignee ? t("rules.doAssign", { name: personName(assignee) }) : "",
  ].filter(Boolean);
  return `${where}${having}: ${then.length ? listed(then) : t("rules.doNothing")}.`;
}

customElements.define("hilo-rules", Rules);
