import { html, nothing } from "lit";
import { channelOf } from "../shared/channels.js";
import { icon } from "../shared/icons.js";
import { link } from "../shared/rich.js";
import { briefTime, shortTime } from "../shared/time.js";
import { agentName, avatar, badge, isUnverified, labelOf, Part } from "./common.js";
import { desk } from "./desk.js";
import { looks } from "./label-field.js";
import { prefs, t } from "./prefs.js";

const PRIORITIES = ["low", "normal", "high", "urgent"];

/** Everything known about the customer, and what can be done with the conversation. */
class SidePanel extends Part {
  constructor() {
    super(desk.threadChanged, desk.items.changed);
  }

  willUpdate() {
    if (this.customer === desk.current) return;
    this.customer = desk.current;
    this.renaming = false;
    this.asked = new Map();
  }

  render() {
    const { card } = desk;
    if (!desk.current) return nothing;
    return html`<div class="side-head"><button type="button" class="icon-button back" aria-label=${t("back")} @click=${() => history.back()}>${icon("back")}</button>
        <h2>${t("details")}</h2></div>
      <div class="side-body" tabindex="-1">
        ${this.person(card)}
        ${card ? html`${this.conversation(card)}${this.identities(card)}${this.context()}${this.facts(card)}` : nothing}
      </div>`;
  }

  person(card) {
    const kind = card?.kind && card.kind !== "person" ? t(`kind.${card.kind}`) : "";
    return html`<section class="person">${avatar(desk.name, desk.current)}
      ${
        this.renaming
          ? html`<form class="rename" @submit=${this.rename}><input name="name" aria-label=${t("name")} maxlength="120" required .value=${desk.name} />
            <button class="button primary">${t("save")}</button></form>`
          : html`<h3>${desk.name}</h3>${desk.may("attributes") ? html`<button type="button" class="icon-button" aria-label=${t("rename")} ?disabled=${!desk.online || !card} @click=${this.startRename}>${icon("edit")}</button>` : nothing}`
      }
      ${kind ? html`<p class="muted">${kind}</p>` : nothing}</section>`;
  }

  startRename() {
    this.renaming = true;
    this.requestUpdate();
    this.updateComplete.then(() => this.querySelector("[name=name]")?.select());
  }

  async rename(event) {
    event.preventDefault();
    const name = new FormData(event.target).get("name").trim();
    this.renaming = false;
    this.requestUpdate();
    if (name && name !== desk.name) await desk.act("attributes", { set: { name } });
  }

  conversation({ conversation, agents = [] }) {
    if (!conversation) return nothing;
    const everyone = new Map(agents.map((agent) => [agent.id, agent.name]));
    for (const { id, name, suspended } of desk.items.list("user")) {
      if (suspended) everyone.delete(id);
      else everyone.set(id, name);
    }
    const me = desk.session.agent;
    everyone.set(me.id, me.name);
    if (conversation.assignee && !everyone.has(conversation.assignee))
      everyone.set(conversation.assignee, agentName(conversation.assignee));
    return html`<section><h3>${t("conversation")}</h3>
      <div class="field"><label for="assignee">${t("assignee")}</label><select id="assignee" ?disabled=${!desk.online || !desk.may("assign")} @change=${(e) => desk.act("assign", { to: e.target.value || null })}>
        <option value="" ?selected=${!conversation.assignee}>${t("nobody")}</option>
        ${[...everyone].map(([id, name]) => html`<option value=${id} ?selected=${conversation.assignee === id}>${id === me.id ? t("me", { name }) : name}</option>`)}</select></div>
      <div class="field"><label for="priority">${t("priority")}</label><select id="priority" ?disabled=${!desk.online || !desk.may("priority")} @change=${(e) => desk.act("priority", { priority: e.target.value })}>
        ${PRIORITIES.map((each) => html`<option value=${each} ?selected=${(conversation.priority ?? "normal") === each}>${t(`priority.${each}`)}</option>`)}</select></div>
      <div class="field">${desk.may("label") ? html`<label for="label">${t("labels")}</label>` : html`<span class="name">${t("labels")}</span>`}<div class="labels">
        ${(conversation.labels ?? []).map((label) => this.label(label))}${desk.may("label") ? html`<hilo-label-field></hilo-label-field>` : nothing}</div></div>
      ${conversation.openedAt ? html`<div class="field"><span class="name">${t("openedAt")}</span><span>${briefTime(prefs.locale, conversation.openedAt)}</span></div>` : nothing}
    </section>`;
  }

  label(label) {
    const { name, colour } = looks(label);
    return html`<span class="label" data-testid="label" data-colour=${colour ?? nothing}>${name}${
      desk.may("label")
        ? html`<button type="button" aria-label=${t("removeLabel", { label: name })} ?disabled=${!desk.online} @click=${() => desk.act("label", { add: [], remove: [label] })}>${icon("close")}</button>`
        : nothing
    }</span>`;
  }

  identities({ addresses = [], joined = [] }) {
    const web = addresses.filter(({ channel }) => channel === "web");
    return html`<section><h3>${t("identities")}<span class="count">${addresses.length}</span></h3>
      <ul class="identities">${addresses.map((address) => this.identity(address, web))}</ul>
      ${joined.length ? html`<ul class="joined">${joined.map((each) => this.joint(each, addresses))}</ul>` : nothing}
      ${desk.may("join") ? html`<button type="button" class="button block" data-testid="join-open" ?disabled=${!desk.online} @click=${() => desk.open("join")}>${icon("link")}${t("joinWith")}</button>` : nothing}
    </section>`;
  }

  /** One joined customer: on an agent's word, or proven since. */
  joint({ customer, at, strength }, addresses) {
    const proven =
      strength !== "agent" || addresses.some(({ home, verified }) => home === customer && verified?.length);
    return html`<li>${icon(proven ? "verified" : "link")}
      <span>${t(proven ? "joinedProven" : "joinedByAgent")}<small>${at ? briefTime(prefs.locale, at) : ""}</small></span></li>`;
  }

  identity(address, web) {
    const proven =
      (address.verified?.length ?? 0) > 0 || web.some(({ verified }) => verified?.includes(address.via));
    const elsewhere = web.some(
      (w) =>
        w.home !== address.home && !address.verified?.includes(w.via) && !w.verified?.includes(address.via),
    );
    const asked = this.asked.get(address.via);
    return html`<li>${badge(address.channel, true)}<span class="identity"><strong>${channelOf(address.channel).name}</strong>
        <span class="address">${labelOf(address)}</span>
        ${isUnverified(address) ? html`<span class="refuses">${t("unverified")}</span>` : nothing}
        ${proven ? html`<span class="verified">${icon("verified")}${t("verified")}</span>` : nothing}
        ${address.refuses ? html`<span class="refuses">${t("obstacle.opt-out.short")}</span>` : nothing}
        ${address.lastAt ? html`<small>${t("lastUsed", { when: shortTime(prefs.locale, address.lastAt) })}</small>` : nothing}</span>
      ${
        address.channel !== "web" && elsewhere && !proven && desk.may("ask-proof")
          ? asked
            ? html`<span class="asked" role="status">${t("codeSent")}</span>`
            : html`<button type="button" class="button small" data-testid="ask-proof" ?disabled=${!desk.online} title=${t("askProofText")} @click=${() => this.askProof(address)}>${t("askProof")}</button>`
          : nothing
      }</li>`;
  }

  async askProof(address) {
    const answer = await desk.act("ask-proof", { via: address.via });
    if (!answer) return;
    const { asked } = this;
    asked.set(address.via, answer.expires ?? true);
    if (answer.expires) {
      setTimeout(
        () => {
          asked.delete(address.via);
          this.requestUpdate();
        },
        Math.min(Math.max(0, answer.expires - Date.now()), 2 ** 31 - 1),
      );
    }
    desk.toast(t("codeSentToast", { channel: channelOf(address.channel).name }));
    this.requestUpdate();
  }

  context() {
    const objects = Object.entries(desk.thread?.objects ?? {}).filter(
      ([, object]) => object?.value !== null && object?.value !== undefined,
    );
    if (!objects.length) return nothing;
    return html`<section><h3>${t("context")}</h3>${objects.map(([key, { value }]) => html`<div class="object"><h4>${key}</h4>${shown(value)}</div>`)}</section>`;
  }

  facts({ attributes = {} }) {
    const known = Object.entries(attributes).filter(([name]) => name !== "name");
    if (!known.length) return nothing;
    return html`<section><h3>${t("attributes")}</h3><dl class="fields">${known.map(([name, value]) => html`<dt>${name}</dt><dd>${typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>`)}</dl></section>`;
  }
}

/** A value the website gave, as text: lists as rows, objects as pairs, links as links. */
function shown(value, depth = 0) {
  if (Array.isArray(value))
    return html`<ul class="items">${value.slice(0, 20).map((each) => html`<li>${shown(each, depth + 1)}</li>`)}</ul>`;
  if (value && typeof value === "object") {
    if (depth > 2) return JSON.stringify(value).slice(0, 200);
    if (depth > 0 && Object.values(value).every((each) => typeof each !== "object"))
      return html`<span class="inline">${Object.values(value).map((each) => html`<span>${String(each)}</span>`)}</span>`;
    return html`<dl class="fields">${Object.entries(value)
      .slice(0, 20)
      .map(([name, each]) => html`<dt>${name}</dt><dd>${shown(each, depth + 1)}</dd>`)}</dl>`;
  }
  const text = String(value ?? "").slice(0, 300);
  return /^https?:\/\//.test(text) ? link(text, text) : text;
}

customElements.define("hilo-side", SidePanel);
