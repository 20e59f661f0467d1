import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { channelOf } from "../../shared/channels.js";
import { age, briefTime } from "../../shared/time.js";
import { badge } from "../common.js";
import { desk } from "../desk.js";
import { prefs, t } from "../prefs.js";
import { head } from "../settings-head.js";
import { call } from "./api.js";
import { check, copyable, field, textField } from "./form.js";
import { FILE, itemOf, randomId } from "./items.js";
import { emptyState, ItemsPage, refused, skeletons } from "./page.js";
import { SettingsForm } from "./settings-form.js";

const LOOK_MS = 10_000;

const typeName = (type) => (type === "webhook" ? t("endpoints.program") : channelOf(type).name);

/** The platforms' accounts: how they are, and what to paste there. */
class Endpoints extends ItemsPage {
  kind = "endpoint";
  wide = true;
  types = null;
  seen = null;
  refusal = null;

  connectedCallback() {
    super.connectedCallback();
    this.look();
    this.tick = setInterval(() => this.look(), LOOK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  async look() {
    if (document.visibilityState === "hidden" && this.seen) return;
    try {
      const [listed, known] = await Promise.all([
        call("GET", "/endpoints"),
        this.types ? { types: this.types } : call("GET", "/endpoints/types"),
      ]);
      this.seen = listed.endpoints;
      this.types = known.types;
      this.refusal = null;
    } catch (failure) {
      this.refusal = failure;
    }
    this.requestUpdate();
  }

  /** What the gateway runs, and what was added since it was last looked at. */
  get items() {
    const seen = new Map((this.seen ?? []).map((each) => [each.id, each]));
    for (const [id, item] of desk.items.of("endpoint")) seen.set(id, { ...seen.get(id), ...item });
    const collator = new Intl.Collator(prefs.locale);
    return [...seen.values()].sort((a, b) => collator.compare(a.type + a.name, b.type + b.name));
  }

  text({ name, type, accounts = [] }) {
    return `${name} ${typeName(type)} ${accounts.map((each) => each.name).join(" ")}`;
  }

  page() {
    return html`${head(t("settings.endpoints"), t("endpoints.text"), this.newButton(t("endpoints.new")))}
      ${refused(this.refusal)}${this.seen || this.refusal ? this.list(emptyState("plug", t("endpoints.empty"), t("endpoints.emptyText"))) : skeletons()}${this.editor()}`;
  }

  row(endpoint) {
    const { type, name, url, accounts = [], file, rev } = endpoint;
    return html`<span class="entry-badge">${badge(type === "webhook" ? "api" : type, true)}</span>
      <div class="entry-main">${this.opener(endpoint, name || typeName(type))}
        <span class="entry-sub">${[typeName(type), ...accounts.map((each) => each.name || each.id)].join(" · ")}</span>
        ${url ? copyable(url, t("endpoints.url")) : nothing}</div>
      ${file || rev === FILE ? html`<span class="chip quiet" title=${t("fromFileText")}>${icon("file")}${t("fromFile")}</span>` : nothing}${this.health(endpoint)}`;
  }

  health({ on, health }) {
    if (on === false) return html`<span class="status-word" data-state="closed"><i aria-hidden="true"></i>${t("endpoints.off")}</span>`;
    if (!health) return html`<span class="status-word" data-state="invited"><i aria-hidden="true"></i>${t("endpoints.starting")}</span>`;
    const since = health.since ? age(prefs.locale, health.since) : "";
    return html`<span class="status-word" data-state=${health.ok ? "active" : "bad"} title=${health.since ? briefTime(prefs.locale, health.since) : nothing}><i aria-hidden="true"></i>
      <span>${health.ok ? t("endpoints.ok") : html`${t("endpoints.bad", { since })}${health.why ? html`<small>${health.why}</small>` : nothing}`}</span></span>`;
  }

  blank() {
    return { id: randomId(), type: "", name: "", on: true, settings: {}, typed: {} };
  }

  edit(item) {
    const whole = item && (itemOf("endpoint", item.id) ?? item);
    super.edit(whole && { settings: {}, secrets: [], on: true, ...whole });
    this.fields = null;
  }

  heading(draft) {
    return draft.isNew ? t("endpoints.new") : draft.base.name || typeName(draft.base.type);
  }

  form(draft) {
    if (!draft.value.type) return this.pick(draft);
    const type = this.types?.find((each) => each.type === draft.value.type);
    const { value } = draft;
    this.fields ??= new SettingsForm({
      fields: type?.fields ?? [],
      value: () => this.draft.value.settings ?? {},
      typed: () => this.draft.value.typed ?? {},
      before: draft.base?.settings ?? {},
      stored: draft.base?.secrets ?? [],
      faults: () => faults(this.draft.refusal),
      change: (settings, typed) => {
        draft.value = { ...draft.value, typed };
        draft.set("settings", settings);
      },
    });
    return html`${draft.isNew || type?.webhook ? this.address(draft, type) : nothing}
      ${textField({ id: "endpoint-name", label: t("name"), value: value.name, required: true, max: 100, placeholder: typeName(value.type), hint: t("endpoints.nameHint"), change: (name) => draft.set("name", name) })}
      ${this.fields.render()}
      ${check({ name: t("endpoints.on"), text: t("endpoints.onText"), checked: value.on !== false, change: (on) => draft.set("on", on) })}`;
  }

  /** A new one begins with the platform. */
  pick(draft) {
    return html`<p>${t("endpoints.pick")}</p><div class="types">${(this.types ?? []).map(
      ({ type }) => html`<button type="button" class="type" data-type=${type} @click=${() => this.picked(draft, type)}>${badge(type === "webhook" ? "api" : type, true)}<strong>${typeName(type)}</strong><small>${t(`endpoints.type.${type}`) === type ? "" : t(`endpoints.type.${type}`)}</small></button>`,
    )}</div>`;
  }

  picked(draft, type) {
    draft.first = { ...draft.first, type };
    draft.set("type", type);
    this.updateComplete.then(() => this.querySelector("#endpoint-name")?.focus());
  }

  foot(draft) {
    return draft.value.type ? super.foot(draft) : html`<footer class="dialog-foot"><button type="button" class="button" @click=${(e) => this.leave(e)}>${t("cancel")}</button></footer>`;
  }

  address(draft, type) {
    if (!type?.webhook) return nothing;
    const id = draft.isNew ? draft.value.id : draft.base.id;
    const url = this.seen?.find((each) => each.id === id)?.url ?? `${location.origin}/webhooks/${id}`;
    const where = t(`endpoints.where.${type.type}`);
    return field("endpoint-url", t("endpoints.url"), copyable(url, t("endpoints.url"), { block: true }), {
      hint: where === type.type ? t("endpoints.where") : where,
    });
  }

  /** Two tabs may have chosen at once; the address was shown, so it stays. */
  idFor({ id }) {
    return id;
  }

  body({ typed, secrets: _, url: _url, accounts: _accounts, health: _health, file: _file, ...value }, id) {
    const settings = tidy(value.settings ?? {});
    return super.body({ ...value, settings, secrets: given(typed) }, id);
  }

  kept(saved, draft) {
    super.kept(saved, draft);
    this.look();
  }

  removeText() {
    return t("endpoints.removeText");
  }
}

/** What the gateway found wrong, by where it stands in the settings. */
function faults(refusal) {
  const list = refusal?.detail?.faults ?? [];
  return new Map(list.map(({ path, sentence }) => [path, `${sentence[0].toUpperCase()}${sentence.slice(1)}.`]));
}

/** The secrets that were entered, or are to be taken away. */
const given = (typed = {}) => Object.fromEntries(Object.entries(typed).filter(([, secret]) => secret !== ""));

/** Without what is empty. */
function tidy(value) {
  if (Array.isArray(value)) return value.map(tidy);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined && each !== "")
      .map(([name, each]) => [name, tidy(each)]),
  );
}

customElements.define("hilo-endpoints", Endpoints);
