import { html } from "lit";
import { t } from "../prefs.js";
import { desk } from "../desk.js";
import { head } from "../settings-head.js";
import { Draft } from "./draft.js";
import { check, textField } from "./form.js";
import { itemOf, sorted } from "./items.js";
import { ItemsPage, refused, skeletons } from "./page.js";

/** What holds for everybody's sign-in, and how long the audit trail is kept. */
class Policy extends ItemsPage {
  kind = "policy";

  blank() {
    return { id: "policy", secondFactor: "optional", sessionDays: 14, auditDays: 365 };
  }

  /** While nobody types here, the form follows the policy as it stands. */
  willUpdate() {
    if (!desk.items.known) return;
    const item = itemOf("policy", "policy");
    if (!this.draft || (!this.draft.dirty && this.draft.base?.rev !== item?.rev)) {
      this.draft = new Draft("policy", item, this.blank(), () => this.requestUpdate());
    }
  }

  page() {
    const { draft } = this;
    return html`${head(t("settings.policy"), t("policy.text"))}${draft ? this.whole(draft) : skeletons(3)}`;
  }

  whole(draft) {
    const { value } = draft;
    const due = sorted("user").filter(({ suspended }) => !suspended).length;
    return html`<form class="panel policy" data-testid="form" @submit=${(e) => this.submit(e)}>
      ${this.overtaken(draft)}
      <section><h2>${t("policy.signIn")}</h2>
        ${check({ id: "second-factor", name: t("policy.secondFactor"), text: t("policy.secondFactorText", { n: due }), checked: value.secondFactor === "required", change: (on) => draft.set("secondFactor", on ? "required" : "optional") })}
        ${textField({ id: "session-days", label: t("policy.sessionDays"), type: "number", min: 1, most: 90, required: true, value: value.sessionDays, hint: t("policy.sessionDaysHint"), change: (n) => draft.set("sessionDays", Number(n)) })}</section>
      <section><h2>${t("policy.audit")}</h2>
        ${textField({ id: "audit-days", label: t("policy.auditDays"), type: "number", min: 1, most: 3650, required: true, value: value.auditDays, hint: t(value.auditDays < (draft.base?.auditDays ?? 365) ? "policy.auditLess" : "policy.auditDaysHint"), change: (n) => draft.set("auditDays", Number(n)) })}</section>
      ${refused(draft.overtaken ? null : draft.refusal)}
      <footer class="dialog-foot"><button type="button" class="button" ?disabled=${!draft.dirty} @click=${() => this.shut()}>${t("policy.undo")}</button>
        <button class="button primary" data-testid="save" ?disabled=${draft.busy || !draft.dirty}>${t("save")}</button></footer></form>`;
  }

  idFor() {
    return "policy";
  }

  done() {
    desk.toast(t("policy.saved"));
    return true;
  }

  shut() {
    this.draft = null;
    this.requestUpdate();
  }
}

customElements.define("hilo-policy", Policy);
