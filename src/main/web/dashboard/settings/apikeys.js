import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { briefTime } from "../../shared/time.js";
import { desk } from "../desk.js";
import { prefs, t } from "../prefs.js";
import { head } from "../settings-head.js";
import { actName, grouped, PROGRAM_ACTS, table } from "./acts.js";
import { call } from "./api.js";
import { check, copyable, group, radios, selectField, textField, toggled } from "./form.js";
import { itemOf, newId, itemsOf, PROGRAM_ROLES, roleName, sorted } from "./items.js";
import { chip, emptyState, fromFile, ItemsPage } from "./page.js";

const LOOK_MS = 30_000;
const DAY = 86_400_000;
const OVERLAPS = [0, 3600, 86_400, 7 * 86_400];

const day = (at) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

/** Keys of programs: made, shown once, changed with an overlap, taken away. */
class ApiKeys extends ItemsPage {
  kind = "apikey";
  used = new Map();
  acts = null;
  /** A key that was just made: `{name, key}`. */
  made = null;
  /** The key being changed: `{item, overlap}`. */
  turning = null;

  connectedCallback() {
    super.connectedCallback();
    this.look();
    this.tick = setInterval(() => this.look(), LOOK_MS);
    if (desk.may("users")) {
      table().then(
        ({ roles }) => {
          this.acts = new Map(roles.map((role) => [role.id, role.acts]));
          this.requestUpdate();
        },
        () => {},
      );
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  /** When the keys were last used is no item: it is asked for. */
  async look() {
    try {
      const { keys } = await call("GET", "/keys");
      this.used = new Map(keys.map((each) => [each.item?.id ?? each.id, each.lastUsed ?? null]));
      this.requestUpdate();
    } catch {
      // The list does without it.
    }
  }

  blank() {
    return { name: "", role: "integration", acts: [], teams: [], requests: 600, messages: 60, expires: Date.now() + 365 * DAY };
  }

  page() {
    return html`${head(t("settings.keys"), t("keys.text"), this.newButton(t("keys.new")))}
      ${this.list(emptyState("key", t("keys.empty"), t("keys.emptyText")))}${this.editor()}${this.shown()}${this.turn()}`;
  }

  row(key) {
    const { id, name, role, acts = [], expires, requests, messages, keys = [] } = key;
    const used = this.used.get(id);
    const old = keys.find(({ until }) => until && until > Date.now());
    return html`<span class="entry-icon">${icon("key")}</span><div class="entry-main">${this.opener(key)}
        <span class="entry-sub">${[
          acts.length ? t("keys.acts", { n: acts.length }) : t("keys.allActs"),
          t("keys.limits", { requests: number(requests), messages: number(messages) }),
          this.used.has(id) ? (used ? t("keys.used", { when: ago(used) }) : t("keys.unused")) : "",
        ]
          .filter(Boolean)
          .join(" · ")}</span>
        ${old ? html`<span class="entry-sub warn">${t("keys.overlapping", { when: briefTime(prefs.locale, old.until) })}</span>` : nothing}</div>
      <div class="chips">${chip(roleName(role))}${(key.teams ?? []).map((team) => chip(itemOf("team", team)?.name ?? team, "outline"))}${fromFile(key)}</div>
      ${this.expiry(expires)}${this.menu(id, name, [
        { id: "edit", icon: "edit", name: t("edit"), run: () => this.edit(key) },
        { id: "rotate", icon: "undo", name: t("keys.rotate"), run: () => this.open(key) },
        { id: "revoke", icon: "bin", name: t("keys.revoke"), bad: true, run: () => this.takeAway(key) },
      ])}`;
  }

  expiry(expires) {
    if (!expires) return html`<span class="muted">${t("keys.forever")}</span>`;
    const left = expires - Date.now();
    const state = left < 0 ? "bad" : left < 14 * DAY ? "invited" : "active";
    return html`<span class="status-word" data-state=${state} title=${briefTime(prefs.locale, expires)}><i aria-hidden="true"></i>${t(left < 0 ? "keys.expired" : "keys.until", { when: new Intl.DateTimeFormat(prefs.locale, { dateStyle: "medium" }).format(expires) })}</span>`;
  }

  heading(draft) {
    return draft.isNew ? t("keys.new") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    const possible = this.acts?.get(value.role) ?? PROGRAM_ACTS;
    const only = this.only ?? value.acts.length > 0;
    return html`${textField({ id: "key-name", label: t("name"), value: value.name, required: true, max: 100, placeholder: t("keys.example"), hint: t("keys.nameHint"), change: (name) => draft.set("name", name) })}
      ${group(t("keys.role"), radios({ name: "key-role", value: value.role, options: PROGRAM_ROLES.map((role) => ({ value: role, name: roleName(role), text: t(`role.${role}.text`) })), change: (role) => { draft.value = { ...draft.value, acts: [] }; this.only = false; draft.set("role", role); } }))}
      ${group(
        t("keys.scope"),
        html`${radios({ name: "key-scope", value: only ? "some" : "all", options: [{ value: "all", name: t("keys.scopeAll") }, { value: "some", name: t("keys.scopeSome") }], change: (scope) => { this.only = scope === "some"; draft.set("acts", this.only ? [...possible] : []); } })}
        ${only ? html`<div class="within">${grouped(possible).map(([name, list]) => html`<p class="mini">${t(`acts.${name}`)}</p><div class="choices two">${list.map((act) => check({ name: actName(act), checked: value.acts.includes(act), change: (on) => draft.set("acts", toggled(value.acts, act, on)) }))}</div>`)}</div>` : nothing}`,
        { error: only && !value.acts.length ? t("keys.pickActs") : "" },
      )}
      ${sorted("team").length ? group(t("users.teams"), html`<div class="choices two">${sorted("team").map((team) => check({ name: team.name, checked: value.teams?.includes(team.id), change: (on) => draft.set("teams", toggled(value.teams ?? [], team.id, on)) }))}</div>`, { hint: t("keys.teamsHint") }) : nothing}
      <div class="pair">${textField({ id: "key-requests", label: t("keys.requests"), type: "number", min: 1, most: 1_000_000, required: true, value: value.requests, change: (n) => draft.set("requests", Number(n)) })}
      ${textField({ id: "key-messages", label: t("keys.messages"), type: "number", min: 1, most: 1_000_000, required: true, value: value.messages, change: (n) => draft.set("messages", Number(n)) })}</div>
      ${textField({ id: "key-expires", label: t("keys.expires"), type: "date", min: day(Date.now()), value: value.expires ? day(value.expires) : "", hint: t(value.expires ? "keys.expiresHint" : "keys.foreverHint"), change: (date) => draft.set("expires", date ? new Date(`${date}T23:59:59`).getTime() : undefined) })}`;
  }

  edit(item) {
    this.only = undefined;
    super.edit(item);
  }

  save(draft) {
    if (!draft.isNew) {
      const { id, rev } = draft.base;
      return draft.run(() => call("PUT", `/keys/${encodeURIComponent(id)}`, { body: this.body(draft.value, id), match: rev }));
    }
    const id = newId(draft.value.name, itemsOf("apikey"), "key");
    return draft.run(() => call("POST", `/keys/${id}`, { body: draft.value }));
  }

  body({ keys: _, ...value }, id) {
    return super.body(value, id);
  }

  kept(saved, draft) {
    super.kept(saved.item ?? saved, draft);
    this.look();
  }

  done(draft, saved) {
    if (!draft.isNew) return super.done(draft, saved);
    this.made = { name: saved.item.name, key: saved.key };
    return true;
  }

  /** The key itself, once. */
  shown() {
    if (!this.made) return nothing;
    const { name, key } = this.made;
    return html`<dialog class="sheet" aria-labelledby="made-title" data-testid="made" @cancel=${(e) => e.preventDefault()} @close=${() => this.closed("made")}>
      <header class="dialog-head"><h2 id="made-title">${t("keys.made", { name })}</h2></header>
      <div class="dialog-body"><div class="notice">${icon("alert")}<div><strong>${t("keys.once")}</strong><p>${t("keys.onceText")}</p></div></div>${copyable(key, t("keys.key"), { block: true })}
        <p class="form-hint">${t("keys.use")} <code>Authorization: Bearer …</code></p></div>
      <footer class="dialog-foot"><button type="button" class="button primary" data-testid="kept" @click=${(e) => e.target.closest("dialog").close()}>${t("keys.kept")}</button></footer></dialog>`;
  }

  open(item) {
    this.turning = { item, overlap: 86_400, busy: false, refusal: null };
    this.requestUpdate();
  }

  turn() {
    if (!this.turning) return nothing;
    const { item, overlap, busy } = this.turning;
    return html`<dialog class="sheet" aria-labelledby="turn-title" @close=${() => this.closed("turning")}><form class="sheet-form" @submit=${(e) => this.rotate(e)}>
      <header class="dialog-head"><h2 id="turn-title">${t("keys.rotateTitle", { name: item.name })}</h2></header>
      <div class="dialog-body"><p>${t("keys.rotateText")}</p>${selectField({ id: "overlap", label: t("keys.overlap"), value: String(overlap), options: OVERLAPS.map((each) => [String(each), t(`keys.overlap.${each}`)]), change: (each) => { this.turning.overlap = Number(each); } })}</div>
      <footer class="dialog-foot"><button type="button" class="button" @click=${(e) => e.target.closest("dialog").close()}>${t("cancel")}</button><button class="button primary" ?disabled=${busy}>${t("keys.rotate")}</button></footer></form></dialog>`;
  }

  async rotate(event) {
    event.preventDefault();
    const dialog = event.target.closest("dialog");
    const { item, overlap } = this.turning;
    const answer = await this.act(() => call("POST", `/keys/${encodeURIComponent(item.id)}/rotate`, { body: { overlap } }));
    if (!answer) return;
    super.kept(answer.item);
    dialog.close();
    this.made = { name: item.name, key: answer.key };
    this.requestUpdate();
  }

  removeText() {
    return t("keys.revokeText");
  }
}

/** `2 hours ago`. */
function ago(at) {
  const minutes = Math.round((at - Date.now()) / 60_000);
  const words = new Intl.RelativeTimeFormat(prefs.locale, { numeric: "auto" });
  if (minutes > -60) return words.format(minutes, "minute");
  return minutes > -1440 ? words.format(Math.round(minutes / 60), "hour") : words.format(Math.round(minutes / 1440), "day");
}

const number = (n) => new Intl.NumberFormat(prefs.locale).format(n ?? 0);

customElements.define("hilo-apikeys", ApiKeys);
