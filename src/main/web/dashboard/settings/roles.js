import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { t } from "../prefs.js";
import { head } from "../settings-head.js";
import { actName, grouped, table } from "./acts.js";
import { check, group, textField, toggled } from "./form.js";
import { roleName, sorted, STAFF_ROLES } from "./items.js";
import { chip, fromFile, ItemsPage, refused, skeletons } from "./page.js";

/** Roles: what each may do, side by side, and roles of one's own. */
class Roles extends ItemsPage {
  kind = "role";
  table = null;

  connectedCallback() {
    super.connectedCallback();
    this.fetch();
  }

  async fetch() {
    this.refusal = null;
    try {
      this.table = await table();
    } catch (failure) {
      this.refusal = failure;
    }
    this.requestUpdate();
  }

  blank() {
    return { name: "", acts: ["inbox", "watch", "read", "card"] };
  }

  /** Built-in roles of people, then those of one's own as they stand. */
  get roles() {
    const builtIn = STAFF_ROLES.map((id) => this.table.roles.find((role) => role.id === id)).filter(Boolean);
    return [...builtIn.map((role) => ({ ...role, builtIn: true })), ...sorted("role")];
  }

  page() {
    return html`${head(t("settings.roles"), t("roles.text"), this.newButton(t("roles.new")))}
      ${this.table ? html`${this.all()}${this.matrix()}` : this.refusal ? refused(this.refusal) : skeletons()}${this.editor()}`;
  }

  all() {
    return html`<ul class="listing" data-testid="list">${this.roles.map((role) => this.card(role))}</ul>`;
  }

  card(role) {
    const people = sorted("user").filter(({ roles }) => roles?.includes(role.id)).length;
    return html`<li class="entry" data-testid="item" data-id=${role.id}>
      <div class="entry-main">${role.builtIn ? html`<strong>${roleName(role.id)}</strong>` : this.opener(role)}
        <span class="entry-sub">${role.builtIn ? t(`role.${role.id}.text`) : t("roles.acts", { n: role.acts.length })}</span></div>
      ${role.builtIn ? chip(t("roles.builtIn"), "quiet") : fromFile(role)}<span class="muted">${t("teams.people", { n: people })}</span></li>`;
  }

  matrix() {
    const { roles } = this;
    return html`<h2 class="section-title" id="matrix">${t("roles.matrix")}</h2>
      <div class="matrix" tabindex="0" role="region" aria-labelledby="matrix"><table>
        <thead><tr><td></td>${roles.map(({ id }) => html`<th scope="col">${roleName(id)}</th>`)}</tr></thead>
        ${grouped(this.table.acts).map(
          ([name, acts]) => html`<tbody><tr class="matrix-group"><th scope="rowgroup" colspan=${roles.length + 1}>${t(`acts.${name}`)}</th></tr>
            ${acts.map((act) => html`<tr><th scope="row">${actName(act)}</th>${roles.map((role) => this.cell(role.acts.includes(act)))}</tr>`)}</tbody>`,
        )}</table></div>`;
  }

  cell(may) {
    return html`<td>${may ? html`<span class="yes">${icon("check")}<span class="hidden">${t("yes")}</span></span>` : html`<span class="no" aria-hidden="true">–</span><span class="hidden">${t("no")}</span>`}</td>`;
  }

  heading(draft) {
    return draft.isNew ? t("roles.newTitle") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    const acts = this.table?.acts ?? value.acts;
    return html`${textField({ id: "role-name", label: t("name"), value: value.name, required: true, max: 60, placeholder: t("roles.example"), change: (name) => draft.set("name", name) })}
      ${draft.isNew ? this.copied(draft) : nothing}
      ${grouped(acts).map(([name, list]) =>
        group(
          t(`acts.${name}`),
          html`<div class="choices two">${list.map((act) =>
            check({ name: actName(act), checked: value.acts.includes(act), change: (on) => draft.set("acts", toggled(value.acts, act, on)) }),
          )}</div>`,
        ),
      )}`;
  }

  /** A new role may begin as one that is there. */
  copied(draft) {
    return html`<div class="form-field"><span class="name">${t("roles.copy")}</span><div class="chips">${this.roles.map(
      (role) => html`<button type="button" class="button small" @click=${() => draft.set("acts", [...role.acts])}>${roleName(role.id)}</button>`,
    )}</div></div>`;
  }

  removeText({ id }) {
    const people = sorted("user").filter(({ roles }) => roles?.includes(id)).length;
    return people ? t("roles.removeUsed", { n: people }) : t("removeText");
  }
}

customElements.define("hilo-roles", Roles);
