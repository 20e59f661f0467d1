import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { channelOf } from "../shared/channels.js";
import { icon } from "../shared/icons.js";
import { comparePositions } from "../shared/ids.js";
import { rich, link } from "../shared/rich.js";
import { clock, dayName, fullTime, sameDay } from "../shared/time.js";
import { agentName, badge } from "./common.js";
import { desk, previewOf } from "./desk.js";
import { looks } from "./label-field.js";
import { byMachine, kindName, mail, mailKind } from "./mail.js";
import { media } from "./media.js";
import { prefs, t, told } from "./prefs.js";
import { countdown } from "./refusal.js";

const GROUP_MS = 300_000;

/** One list of everything that happened to the customer, newest last, plus what is on its way. */
export function timeline(items, { unreadFrom, missed, readUpTo }) {
  const rows = [...items, ...pendingRows(items)];
  return repeat(
    rows,
    (row) => row.id,
    (row, i) => {
      const before = rows[i - 1];
      const newDay = !before || !sameDay(before.at, row.at);
      return html`${newDay ? html`<li class="day"><span>${dayName(prefs.locale, row.at)}</span></li>` : nothing}
        ${row.id === unreadFrom ? html`<li class="unread-line"><span>${t("newSince")}</span></li>` : nothing}
        ${
          row.kind === "message"
            ? message(
                row,
                newDay || row.id === unreadFrom || !together(before, row),
                missed?.has(row.id),
                readUpTo,
              )
            : row.kind === "note"
              ? note(row)
              : happening(row)
        }`;
    },
  );
}

function pendingRows(items) {
  const known = new Set(items.slice(-40).map(({ id }) => id));
  return desk.pending
    .filter(({ frame }) => !known.has(frame.id))
    .map((item) => {
      const { frame } = item;
      const base = { id: frame.id, at: item.at, by: { kind: "agent", ...desk.session.agent }, pending: item };
      if (frame.type === "do") return { ...base, kind: "note", event: { body: { text: frame.text } } };
      const address =
        desk.card?.addresses?.find(({ via }) => via === frame.to.route) ?? lastUsed(desk.card?.addresses);
      return {
        ...base,
        kind: "message",
        channel: address?.channel,
        content: frame.content,
        attachments: [],
        reactions: new Map(),
      };
    });
}

/** The address last heard from: what `auto` means. */
export const lastUsed = (addresses = []) =>
  addresses.reduce((best, each) => ((each.lastAt ?? 0) > (best?.lastAt ?? -1) ? each : best), undefined);

const together = (a, b) =>
  a?.kind === "message" &&
  a.by.kind === b.by.kind &&
  a.by.id === b.by.id &&
  a.channel === b.channel &&
  b.at - a.at < GROUP_MS &&
  a.content.type !== "email" &&
  b.content.type !== "email";

function authorOf({ by, event }) {
  if (by.kind === "customer") return event?.body?.sender?.name || by.name || desk.name;
  if (by.kind === "agent" && by.id === desk.session?.agent.id) return t("you");
  if (by.name) return by.name;
  if (by.kind === "agent") return by.id ? agentName(by.id) : t("team");
  return t(by.kind === "bot" ? "bot" : "system");
}

function message(row, first, missed, readUpTo) {
  const out = row.by.kind !== "customer";
  const state = stateOf(row, out, readUpTo);
  const kind = mailKind(row);
  return html`<li class="message ${out ? "out" : "in"} ${byMachine(kind) ? "of-machine" : ""} ${row.content.type === "email" ? "is-mail" : ""} ${first ? "first" : ""} ${missed ? "missed" : ""}" data-testid="message" data-state=${state}>
    ${
      first
        ? html`<div class="message-head"><span class="author">${authorOf(row)}</span>${row.channel ? badge(row.channel) : nothing}
          ${kind ? html`<span class="auto" data-testid="mail-kind">${kindName(row)}</span>` : row.event?.body?.automatic ? html`<span class="auto">${t("automatic")}</span>` : nothing}
          <time datetime=${new Date(row.at).toISOString()} title=${fullTime(prefs.locale, row.at)}>${clock(prefs.locale, row.at)}</time></div>`
        : html`<span class="hidden">${authorOf(row)}, ${clock(prefs.locale, row.at)}:</span>`
    }
    <div class="bubble of-${row.content.type} ${row.removed ? "removed" : ""}" title=${fullTime(prefs.locale, row.at)}>
      ${row.removed ? t("removed") : html`${quoted(row)}${content(row)}`}
      ${row.attachments.length ? html`<div class="files">${row.attachments.map(media)}</div>` : nothing}
    </div>
    ${
      out || row.removed || !desk.may("say")
        ? nothing
        : html`<button type="button" class="icon-button answer-this" data-testid="answer-this" aria-label=${t("answerThis")} title=${t("answerThis")} @click=${() => desk.answer(row)}>${icon("reply")}</button>`
    }
    ${
      row.reactions.size
        ? html`<div class="reactions">${[...row.reactions].map(([emoji, people]) => html`<span>${emoji}${people.size > 1 ? ` ${people.size}` : ""}</span>`)}</div>`
        : nothing
    }
    ${out || row.edited ? footer(row, state) : nothing}
  </li>`;
}

/** What a message answers, as far as it is loaded. */
function quoted({ replyTo }) {
  const answered = replyTo && desk.thread?.view.messages.get(replyTo);
  return answered ? html`<p class="answered">${previewOf(answered)}</p>` : nothing;
}

function stateOf(row, out, readUpTo) {
  if (!out) return "received";
  if (row.pending)
    return { queued: "queued", sent: "sending", acked: "accepted", failed: "failed" }[row.pending.state];
  if (row.channel !== "web") return row.delivery ?? "accepted";
  return readUpTo && row.pos && comparePositions(row.pos, readUpTo) <= 0 ? "read" : (row.delivery ?? "sent");
}

function footer(row, state) {
  const { problem } = row.pending ?? {};
  const why = problem ? refusal(problem) : row.why;
  return html`<div class="message-foot">
    ${row.edited ? html`<span>${t("edited")}</span>` : nothing}
    ${
      state === "received"
        ? nothing
        : html`<span class="state" data-state=${state}>${state === "failed" || state === "unknown" ? icon("alert") : nothing}${t(`state.${state}`)}${why && state !== "read" && state !== "delivered" ? html`: ${why}` : nothing}</span>`
    }
    ${
      row.pending?.state === "failed"
        ? html`${otherWays(row.id, problem)}${
            problem?.detail?.obstacle
              ? OVERRIDABLE.has(problem.detail.obstacle)
                ? html`<button type="button" class="linkish" data-testid="despite" @click=${() => desk.sayAgain(row.id, { despite: problem.detail.obstacle })}>${t("sendAnyway")}</button>`
                : nothing
              : html`<button type="button" class="linkish" @click=${() => desk.live.retry(row.id)}>${t("retry")}</button>`
          }
          <button type="button" class="linkish" @click=${() => desk.live.discard(row.id)}>${t("discard")}</button>`
        : nothing
    }
  </div>`;
}

/** What somebody may know better than the gateway. */
const OVERRIDABLE = new Set(["opt-out", "window-closed", "credentials"]);

const refusal = ({ title, detail }) => (detail?.obstacle ? t(`obstacle.${detail.obstacle}`) : title);

/** The addresses on which it could be sent instead. */
function otherWays(id, problem) {
  return (problem?.detail?.routes ?? []).map(
    ({ via, channel }) =>
      html`<button type="button" class="linkish" data-testid="other-way" @click=${() => desk.sayAgain(id, { route: via })}>${t("sendViaInstead", { channel: channelOf(channel).name })}</button>`,
  );
}

/** A step of a telephone call in a line. */
function called({ direction, outcome = "", seconds, text }) {
  const known = told(`call.${outcome}`);
  const what = t(known ? `call.${outcome}` : "call.other", { outcome, text: text ?? "", time: countdown(seconds ?? 0) });
  return `${t(direction === "out" ? "call.out" : "call.in")}: ${what}`;
}

function noticed({ kind, address, details = {} }) {
  const channel = channelOf(address?.channel).name;
  const known = told(`notice.${kind}`);
  const from = details["referral.headline"] ?? details["referral.ref"];
  return `${t(known ? `notice.${kind}` : "notice.other", { channel, kind })}${from ? ` (${from})` : ""}`;
}

function note(row) {
  const text = row.event.body?.text ?? "";
  const state = row.pending ? stateOf(row, true) : null;
  return html`<li class="note" data-testid="message" data-state="note">
    <div class="note-head">${icon("note")}<strong>${t("privateNote")}</strong><span>${authorOf(row)}</span>
      <time datetime=${new Date(row.at).toISOString()} title=${fullTime(prefs.locale, row.at)}>${clock(prefs.locale, row.at)}</time></div>
    <div class="text">${rich(text)}</div>
    ${state ? footer(row, state) : nothing}
  </li>`;
}

function content(row) {
  const c = row.content;
  switch (c.type) {
    case "text":
      return html`<div class="text">${rich(c.text ?? "")}</div>`;
    case "email":
      return mail(c, row);
    case "media":
      return media(c);
    case "location":
      return html`<div class="text">${icon("pin")} <strong>${c.name ?? t("location")}</strong>${c.address ? html`<br />${c.address}` : nothing}
        <br />${link(c.url ?? `https://www.openstreetmap.org/?mlat=${Number(c.latitude)}&mlon=${Number(c.longitude)}#map=16/${Number(c.latitude)}/${Number(c.longitude)}`, `${c.latitude}, ${c.longitude}`)}</div>`;
    case "contact":
      return html`<div class="text">${icon("user")} <strong>${c.name}</strong>${[...(c.phones ?? []), ...(c.emails ?? [])].map((each) => html`<br />${each}`)}</div>`;
    case "choices":
      return html`<div class="text">${rich(c.text ?? "")}</div><ul class="options">${(c.options ?? []).map((option) => html`<li>${option.title}</li>`)}</ul>`;
    case "choice":
      return html`<div class="text"><span class="chosen">${icon("check")}${c.title ?? c.id}</span>${c.description ? html`<br />${c.description}` : nothing}</div>`;
    case "form":
      return html`<strong>${c.name}</strong><dl class="fields">${Object.entries(c.fields ?? {}).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl>`;
    case "card":
      return html`<strong>${c.title}</strong>${c.text ? html`<div class="text">${rich(c.text)}</div>` : nothing}${c.url ? html`<div>${link(c.url, c.url)}</div>` : nothing}`;
    case "template":
      return html`<small class="kind">${t("template")}: ${c.name}</small><div class="text">${(c.parameters ?? []).join(" · ")}</div>`;
    default:
      return html`<em class="neutral">${icon("info")}${t("unsupported", { kind: c.kind ?? c.type ?? "?" })}</em>`;
  }
}

function happening(row) {
  const line = lineOf(row);
  if (!line) return nothing;
  const [drawing, text, kind] = line;
  return html`<li class="happening ${kind ?? ""}"><span>${icon(drawing)}<span>${text}</span>
    <time datetime=${new Date(row.at).toISOString()} title=${fullTime(prefs.locale, row.at)}>${clock(prefs.locale, row.at)}</time></span>
    ${row.content?.type === "media" ? html`<div class="recording">${media(row.content)}</div>` : nothing}</li>`;
}

/** `[icon, sentence, class?]` of an event that is not a message. */
function lineOf(row) {
  const body = row.event.body ?? {};
  const who = row.by.kind === "customer" ? desk.name : row.by.kind === "agent" ? authorOf(row) : t("system");
  switch (row.t) {
    case "CustomerStarted":
      return null; // the conversation it opens says the same
    case "ConversationOpened":
      return ["chat", t("event.opened")];
    case "ConversationAssigned": {
      if (!body.to) return ["user", t("event.unassigned", { who })];
      if (row.by.kind === "agent" && row.by.id === body.to) return ["user", t("event.took", { who })];
      const to = body.to === desk.session?.agent.id ? t("youObject") : (body.toName ?? agentName(body.to));
      return ["user", t("event.assigned", { who, to })];
    }
    case "ConversationResolved":
      return ["check", t("event.resolved", { who })];
    case "ConversationReopened":
      return ["undo", t("event.reopened", { who })];
    case "LabelsChanged":
      return [
        "tag",
        t(body.add?.length ? "event.labelled" : "event.unlabelled", {
          who,
          labels: [...(body.add ?? []), ...(body.add?.length ? [] : (body.remove ?? []))]
            .map((label) => looks(label).name)
            .join(", "),
        }),
      ];
    case "PriorityChanged":
      return ["flag", t("event.priority", { who, priority: t(`priority.${body.priority}`) })];
    case "AttributesChanged":
      if (row.by.kind === "gateway") return null; // what the platform told: it stands in the details
      return ["edit", t("event.attributes", { who, names: Object.keys(body.set ?? {}).join(", ") })];
    case "AddressLinked":
      return ["link", t("event.linked")];
    case "IdentityObserved":
      return [
        "verified",
        t(body.strength === "code" || body.strength === "platform" ? "event.proven" : "event.observed"),
        "proof",
      ];
    case "CustomersMerged":
      return [
        "link",
        t(body.strength === "agent" ? "event.joinedBy" : "event.joined", { who }) +
          (body.why ? ` (${body.why})` : ""),
        "merge",
      ];
    case "Sealed":
      return ["link", t("event.sealed"), "merge"];
    case "ConsentChanged":
      return ["info", t(body.granted ? "event.consent" : "event.noConsent", { channel: body.channel })];
    case "CallLogged":
      return ["phone", called(body)];
    case "Noticed":
      return ["info", noticed(body)];
    case "HandedOff":
      return ["out", t("event.handedOff", { to: body.to ?? "" })];
    default:
      return ["info", t("event.other", { type: row.t })];
  }
}
