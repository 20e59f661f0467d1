import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { prefs, t, told } from "./prefs.js";

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A moment, or a whole day where there is no time; null for what is neither. */
function moment(text) {
  const day = DAY.exec(text ?? "");
  const at = day ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])) : new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? null : { at, whole: Boolean(day) };
}

function when(start, end) {
  const options = start.whole ? { dateStyle: "full" } : { dateStyle: "full", timeStyle: "short" };
  const format = new Intl.DateTimeFormat(prefs.locale, options);
  const last = end?.whole ? new Date(end.at.getFullYear(), end.at.getMonth(), end.at.getDate() - 1) : end?.at;
  return last && last > start.at ? format.formatRange(start.at, last) : format.format(start.at);
}

const known = (prefix, value) => {
  const key = `${prefix}.${(value ?? "").toLowerCase()}`;
  return told(key) ? t(key) : "";
};

/** The meeting that a mail is about, from the details `invite.*`; nothing if it is about none. */
export function invitation(details) {
  const start = moment(details["invite.start"]);
  const summary = details["invite.summary"];
  if (!start && !summary) return nothing;
  const status = known("invite.status", details["invite.status"]) || known("invite.method", details["invite.method"]);
  const over = /cancel/i.test(`${details["invite.method"]} ${details["invite.status"]}`);
  const place = details["invite.place"];
  const organizer = details["invite.organizer"];
  const month = start && new Intl.DateTimeFormat(prefs.locale, { month: "short" }).format(start.at);
  return html`<section class="invitation ${over ? "is-over" : ""}" data-testid="invitation" aria-label=${t("invite")}>
    ${start ? html`<div class="invitation-day" aria-hidden="true"><span>${month}</span><strong>${start.at.getDate()}</strong></div>` : nothing}
    <div class="invitation-text">${status ? html`<span class="chip-small">${status}</span>` : nothing}<strong dir="auto">${summary || t("invite")}</strong>
      ${start ? html`<p>${icon("clock")}<time datetime=${start.at.toISOString()}>${when(start, moment(details["invite.end"]))}</time></p>` : nothing}
      ${place ? html`<p>${icon("pin")}<bdi>${place}</bdi></p>` : nothing}
      ${organizer ? html`<p>${icon("user")}<bdi>${organizer.replace(/^mailto:/i, "")}</bdi></p>` : nothing}</div></section>`;
}
