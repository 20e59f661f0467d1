import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { rich, link } from "../shared/rich.js";
import { clock, dayName, fullTime, sameDay, byteSize } from "../shared/time.js";
import { isPicture } from "../shared/files.js";
import { channelOf } from "../shared/channels.js";
import { comparePositions } from "../shared/ids.js";
import { icon } from "../shared/icons.js";

const GROUP_MS = 180_000;
const SILENT = new Set(["ConversationOpened", "ConversationReopened", "CustomerStarted"]);

/** The lines of the transcript, oldest first: days, bubbles, events, and what is still on its way. */
export function lines(ui) {
  const { chat } = ui;
  const view = chat.thread?.view;
  const all = (view?.items ?? []).filter((item) => !SILENT.has(item.t));
  const readByTeam = view?.readBy.agent;
  const rows = all.map((item) => ({ ...item, state: ownState(item, readByTeam) }));
  const shown = new Set(all.map(({ id }) => id));
  for (const pending of chat.pending) {
    if (shown.has(pending.frame.id)) continue;
    rows.push({
      id: pending.frame.id,
      kind: "message",
      at: pending.at,
      by: { kind: "customer", me: true },
      channel: "web",
      content: pending.frame.content,
      attachments: [],
      reactions: new Map(),
      state: pendingState(pending, ui.online),
    });
  }
  const lastMine = rows.findLastIndex((row) => row.by.me);
  return repeat(
    rows,
    (row) => row.id,
    (row, i) => {
      const before = rows[i - 1];
      const after = rows[i + 1];
      return html`${
        before && sameDay(before.at, row.at)
          ? nothing
          : html`<li class="day"><span>${dayName(ui.locale, row.at)}</span></li>`
      }
      ${
        row.kind === "message"
          ? bubble(ui, row, !together(before, row), !together(row, after), i > lastMine)
          : html`<li class="event"><span>${eventText(ui, row)}</span></li>`
      }`;
    },
  );
}

function ownState(item, readByTeam) {
  if (!item.by.me) return "received";
  if (item.delivery === "failed") return "failed";
  const read =
    item.delivery === "read" || (readByTeam && item.pos && comparePositions(item.pos, readByTeam) <= 0);
  return read ? "read" : "sent";
}

function pendingState({ state }, online) {
  if (state === "acked") return "sent";
  if (state === "failed") return "failed";
  return online ? "sending" : "queued";
}

function together(a, b) {
  return Boolean(
    a &&
    b &&
    a.kind === "message" &&
    b.kind === "message" &&
    a.by.kind === b.by.kind &&
    a.by.name === b.by.name &&
    a.channel === b.channel &&
    Math.abs(b.at - a.at) < GROUP_MS &&
    sameDay(a.at, b.at) &&
    a.state !== "failed",
  );
}

function bubble(ui, row, first, last, answerable) {
  const { t, locale } = ui;
  const mine = row.by.me || row.by.kind === "customer";
  const author = row.by.me ? t("you") : row.by.name || (mine ? t("you") : t("team"));
  const classes = `message ${mine ? "mine" : "theirs"} ${first ? "first" : ""} ${last ? "last" : ""}`;
  const channel = row.channel && row.channel !== "web" ? channelOf(row.channel) : null;
  return html`<li class=${classes} data-testid="message" data-state=${row.state}>
    ${first && !mine ? html`<span class="author">${author}</span>` : html`<span class="hidden">${author}:</span>`}
    <div class="bubble ${row.removed ? "removed" : ""}" title=${fullTime(locale, row.at)}>
      ${row.removed ? t("removed") : content(ui, row, answerable)}
      ${row.attachments.map((each) => media(ui, each))}
    </div>
    ${reactions(row)}
    ${
      last
        ? html`<div class="meta">
          ${channel ? html`<span class="channel" data-channel=${channel.key}>${t("via", { channel: channel.name })}</span>` : nothing}
          <time datetime=${new Date(row.at).toISOString()}>${clock(locale, row.at)}</time>
          ${row.edited ? html`<span>· ${t("edited")}</span>` : nothing}
          ${row.by.me ? html`<span class="state">· ${t(row.state)}</span>` : nothing}
          ${
            row.state === "failed" && ui.chat.live.outbox.find(row.id)
              ? html`<button type="button" class="text" @click=${() => ui.chat.live.retry(row.id)}>${t("retry")}</button>
                <button type="button" class="text" @click=${() => ui.chat.live.discard(row.id)}>${t("remove")}</button>`
              : nothing
          }
        </div>`
        : nothing
    }
  </li>`;
}

const reactions = ({ reactions: each }) =>
  each.size
    ? html`<div class="reactions">${[...each].map(([emoji, people]) => html`<span>${emoji} ${people.size > 1 ? people.size : ""}</span>`)}</div>`
    : nothing;

function content(ui, row, answerable) {
  const { t } = ui;
  const c = row.content;
  switch (c.type) {
    case "text":
      return html`<div class="text">${rich(c.text)}</div>`;
    case "email":
      return stack(c.subject, [rich(c.text ?? "")]);
    case "choices":
      return html`<div class="text">${rich(c.text)}</div>
        <div class="choices">${c.options.map(
          (option) => html`<button type="button" ?disabled=${!answerable}
            @click=${() => ui.chat.say({ type: "choice", kind: "button", id: option.id, title: option.title })}>${option.title}</button>`,
        )}</div>`;
    case "choice":
      return html`<div class="text">${c.title ?? c.id}</div>`;
    case "media":
      return media(ui, c);
    case "location":
      return stack(c.name ?? t("location"), [
        c.address,
        link(c.url ?? mapOf(c), `${c.latitude}, ${c.longitude}`),
      ]);
    case "contact":
      return stack(c.name, [...(c.phones ?? []), ...(c.emails ?? [])]);
    case "form":
      return stack(
        c.name,
        Object.entries(c.fields ?? {}).map((pair) => pair.join(": ")),
      );
    case "card":
      return stack(c.title, [rich(c.text ?? ""), c.url ? link(c.url, c.url) : nothing]);
    case "template":
      return html`<div class="text">${(c.parameters ?? []).join(" · ") || c.name}</div>`;
    default:
      return html`<em class="neutral">${t("unsupported")}</em>`;
  }
}

const stack = (title, rest) =>
  html`<div class="subject">${title}</div>${rest.map((each) => (each ? html`<div class="text">${each}</div>` : nothing))}`;

const mapOf = ({ latitude, longitude }) =>
  `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=16/${Number(latitude)}/${Number(longitude)}`;

function media(ui, m) {
  const { t, locale } = ui;
  const picture = (m.kind === "image" || m.kind === "sticker") && isPicture(m.mime);
  const name = m.name || t(picture ? "image" : m.kind === "voice" ? "voice" : "file");
  const caption = m.caption ? html`<div class="text">${rich(m.caption)}</div>` : nothing;
  if (!m.blob || m.failed) {
    return html`<div class="file" data-missing>${icon(m.failed ? "alert" : "file")}<span>${name}<small>${t(m.failed ? "mediaMissing" : "mediaPending")}</small></span></div>${caption}`;
  }
  if (picture) {
    const url = ui.blobUrl(m.blob);
    return html`${url ? html`<a href=${url} target="_blank" rel="noopener"><img src=${url} alt=${m.caption || name} /></a>` : html`<div class="image-space"></div>`}${caption}`;
  }
  const size = m.size > 0 ? html`<small>${byteSize(locale, m.size)}</small>` : nothing;
  const file = html`<button type="button" class="file" aria-label=${t("download", { name })} @click=${() => ui.download(m.blob, name)}>
    ${icon("file")}<span>${name}${size}</span></button>`;
  if (m.kind === "voice" || m.kind === "audio") {
    const url = ui.blobUrl(m.blob);
    return html`${url ? html`<audio controls src=${url} aria-label=${name}></audio>` : html`<div class="image-space" data-sound></div>`}${m.kind === "audio" ? file : nothing}${caption}`;
  }
  return html`${file}${caption}`;
}

function eventText({ t }, { t: type, event }) {
  if (type === "ConversationResolved") return t("resolved");
  if (type === "HandedOff") return t("handedOff", { to: event.body?.to ?? "" });
  return t("somethingElse");
}
