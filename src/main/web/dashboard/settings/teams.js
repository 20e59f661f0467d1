import { html, nothing } from "lit";
import { avatar } from "../common.js";
import { t } from "../prefs.js";
import { head } from "../settings-head.js";
import { group, textField } from "./form.js";
import { addressChips, inboxChoice, learnAccounts } from "./inbox-choice.js";
import { sorted } from "./items.js";
import { chip, emptyState, fromFile, ItemsPage } from "./page.js";

const FACES = 5;

/** Teams: which inboxes their people see. */
class Teams extends ItemsPage {
  kind = "team";

  connectedCallback() {
    super.connectedCallback();
    learnAccounts(() => this.requestUpdate());
  }

  blank() {
    return { name: "", inboxes: [] };
  }

  page() {
    return html`${head(t("settings.teams"), t("teams.text"), this.newButton(t("teams.new")))}
      ${this.list(emptyState("team", t("teams.empty"), t("teams.emptyText")))}${this.editor()}`;
  }

  edit(item) {
    this.only = Boolean(item?.inboxes?.length);
    super.edit(item);
  }

  row(team) {
    const people = sorted("user").filter(({ teams }) => teams?.includes(team.id));
    return html`<div class="entry-main">${this.opener(team)}
        <span class="entry-sub chips">${team.inboxes?.length ? addressChips(team.inboxes) : chip(t("inboxes.all"), "outline")}${fromFile(team)}</span></div>
      <span class="faces" title=${people.map(({ name }) => name).join(", ")}>${people.slice(0, FACES).map(({ id, name }) => avatar(name, id, true))}</span>
      <span class="muted">${t("teams.people", { n: people.length })}</span>`;
  }

  heading(draft) {
    return draft.isNew ? t("teams.newTitle") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    const people = draft.isNew ? [] : sorted("user").filter(({ teams }) => teams?.includes(draft.base.id));
    return html`${textField({ id: "team-name", label: t("name"), value: value.name, required: true, max: 60, placeholder: t("teams.example"), change: (name) => draft.set("name", name) })}
      ${group(
        t("teams.inboxes"),
        inboxChoice({
          id: "team",
          value: value.inboxes,
          only: this.only,
          change: (inboxes, only) => {
            this.only = only;
            draft.set("inboxes", inboxes);
          },
        }),
        { hint: t("teams.inboxesHint"), error: this.only && !value.inboxes.length ? t("inboxes.pick") : "" },
      )}
      ${draft.isNew ? nothing : group(t("teams.who"), html`<div class="chips">${people.map(({ name }) => chip(name))}</div>`, { hint: people.length ? t("teams.whoHint") : t("teams.nobody") })}`;
  }

  removeText() {
    return t("teams.removeText");
  }
}

customElements.define("hilo-teams", Teams);
