import { LitElement, html, nothing } from "lit";
import { channelOf } from "../shared/channels.js";
import { Follow } from "../shared/signal.js";
import { desk } from "./desk.js";

/** A part of the dashboard: draws into the page itself and follows the signals it names. */
export class Part extends LitElement {
  constructor(...signals) {
    super();
    new Follow(this, ...signals);
  }

  createRenderRoot() {
    return this;
  }
}

export const initials = (name = "") =>
  name
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => [...word][0])
    .filter((_, i, all) => i === 0 || i === all.length - 1)
    .join("")
    .toUpperCase() || "?";

/** One of eight calm colours, always the same for the same id. */
export function tint(id = "") {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.codePointAt(0)) % 997;
  return sum % 8;
}

export const avatar = (name, id, small = false) =>
  html`<span class="avatar ${small ? "small" : ""}" data-tint=${tint(id)} aria-hidden="true">${initials(name)}</span>`;

export const logo = () =>
  html`<span class="logo" aria-hidden="true"><svg viewBox="0 0 32 32"><path d="M9 5v22M9 18c0-5 3-7.5 7-7.5s7 2.5 7 7.5v9" fill="none" stroke="currentColor" stroke-width="3.4" stroke-linecap="round" /></svg></span>`;

/** Channel badge: short form in the channel's colour, and the name in words unless `brief`. */
export function badge(key, brief = false) {
  const channel = channelOf(key);
  return html`<span class="badge" data-channel=${key} title=${brief ? channel.name : nothing}
    ><i aria-hidden="true">${channel.short}</i><span class=${brief ? "hidden" : ""}>${channel.name}</span></span>`;
}

/** What ends the label of a mail address whose owner nobody vouches for. */
const UNVERIFIED = /\?unverified$/;

export const isUnverified = ({ label }) => UNVERIFIED.test(label ?? "");

/** An address as people write it. */
export const labelOf = ({ label }) => (label ?? "").replace(UNVERIFIED, "");

export const agentName = (id) =>
  desk.items.of("user").get(id)?.name ??
  desk.card?.agents?.find((agent) => agent.id === id)?.name ??
  (id === desk.session?.agent.id ? desk.session.agent.name : id);
