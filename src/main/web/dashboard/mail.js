import { html, nothing } from "lit";
import { blobPath } from "../shared/files.js";
import { icon } from "../shared/icons.js";
import { rich } from "../shared/rich.js";
import { desk } from "./desk.js";
import { invitation } from "./invitation.js";
import { popUp } from "./pop-up.js";
import { prefs, t, told } from "./prefs.js";

const SANDBOX = "allow-popups allow-popups-to-escape-sandbox";
const LINE_PX = 22;
const LOWEST = 180;
const HIGHEST = 560;
const LASTS_MS = 55 * 60_000;

/** The mails shown as they were sent, by message: where their pages are and whether pictures are wanted. */
const pages = new Map();

/** The kinds that no person wrote. */
const MACHINES = new Set(["auto", "bulk", "bounce", "feedback", "receipt", "invite", "loop"]);

export const byMachine = (kind) => MACHINES.has(kind);

/** What kind of mail nobody is called for, where it is one: `auto`, `bulk`, `bounce`, `old`… */
export function mailKind({ event }) {
  const kind = event?.body?.details?.["mail.kind"];
  return kind && told(`mail.kind.${kind}`) ? kind : null;
}

/** That kind in words, with the status of what was not delivered. */
export function kindName(row) {
  const status = row.event?.body?.details?.["bounce.status"];
  return [t(`mail.kind.${mailKind(row)}`), status].filter(Boolean).join(" ");
}

/**
 * A mail: its subject, who wrote it and how far that is sure, what was said, and on demand the page
 * as it was sent. That page is made by the gateway and runs in a frame without scripts, without an
 * origin and without the network.
 */
export function mail(c, row) {
  const page = c.html ? pages.get(row.id) : null;
  renew(page, c.html);
  const details = row.event?.body?.details ?? {};
  return html`<div class="mail-subject" dir="auto">${c.subject || t("noSubject")}</div>
    ${row.by.kind === "customer" ? senderLine(c, row, details) : copies(c)}
    ${warnings(row, details)}${invitation(details)}
    ${page ? asSent(page, c) : asText(c)}
    ${acts(c, row, page)}`;
}

function acts(c, row, page) {
  const raw = c.original?.raw;
  if (!c.html && !raw) return nothing;
  return html`<div class="mail-acts">${
    c.html
      ? html`<button type="button" class="linkish original" data-testid="as-sent" aria-expanded=${String(Boolean(page))} @click=${() => toggle(c.html, row.id)}>${icon(page ? "list" : "mail")}${t(page ? "mail.asText" : "mail.asSent")}</button>`
      : nothing
  }${
    page
      ? html`<button type="button" class="linkish original" data-testid="mail-large" @click=${() => enlarge(page, c)}>${icon("screen")}${t("mail.large")}</button>`
      : nothing
  }${
    raw
      ? html`<a class="linkish original" href=${blobPath(raw, "mail.eml")} download="mail.eml">${icon("download")}${t("mail.source")}</a>`
      : nothing
  }</div>`;
}

/** Who wrote it: in a thread of somebody else's the sender is told apart. */
const addressOf = ({ event }) => {
  const { details, sender, address } = event?.body ?? {};
  const id = details?.["meta.from"] ?? (sender?.id?.includes("@") ? sender.id : (address?.id ?? ""));
  return id.replace(/\?.*$/, "");
};

function senderLine(c, row, details) {
  const address = addressOf(row);
  const to = row.event?.body?.account;
  return html`<p class="mail-who"><bdi class="mail-from">${address.includes("@") ? address : t("mail.noSender")}</bdi>${
    details["meta.sender"] === "verified"
      ? html`<span class="mail-verified" role="img" aria-label=${t("mail.verified")} title=${t("mail.verified")}>${icon("verified")}</span>`
      : nothing
  }${to?.includes("@") ? html`<span>${t("mail.to")} <bdi>${to}</bdi></span>` : nothing}${copied(c)}</p>`;
}

const copied = ({ cc }) =>
  cc?.length
    ? html`<span>${t("copyTo")}: ${cc.map((each, i) => html`${i ? ", " : ""}<bdi>${each}</bdi>`)}</span>`
    : nothing;

const copies = (c) => (c.cc?.length ? html`<p class="mail-who">${copied(c)}</p>` : nothing);

function warnings(row, details) {
  if (row.by.kind !== "customer") return nothing;
  const level = details["meta.sender"];
  const other = details["meta.reply-to"];
  return html`${
    level === "failed" || (level === "unverified" && !byMachine(mailKind(row)))
      ? html`<p class="mail-warning" data-testid="mail-warning" data-level=${level}>${icon("alert")}<span>${t(`mail.${level}`, { address: addressOf(row) })}</span></p>`
      : nothing
  }${
    other
      ? html`<p class="mail-warning" data-testid="mail-warning" data-level="reply-to">${icon("reply")}<span>${t("mail.replyTo", { address: other })}</span></p>`
      : nothing
  }`;
}

const asText = (c) => html`${c.text ? html`<div class="text" dir="auto">${rich(c.text)}</div>` : nothing}${
  c.quoted
    ? html`<details class="quoted"><summary data-testid="quoted" aria-label=${t("showQuoted")} title=${t("showQuoted")}>···</summary><div class="text" dir="auto">${c.quoted}</div></details>`
    : nothing
}`;

function asSent(page, c) {
  if (!page.page) return html`<p class="muted" role="status">${t("loading")}</p>`;
  const height = Math.min(HIGHEST, Math.max(LOWEST, page.lines * LINE_PX + 40));
  return html`<div class="mail-sheet">${pictureBar(page, () => desk.redraw())}
    <div class="mail-place" .style=${`height:${height}px`}>${frame(page, c)}</div></div>`;
}

const frame = (page, c) =>
  html`<iframe class="mail-frame" data-testid="mail-frame" title=${`${t("originalMail")}: ${c.subject || t("noSubject")}`} sandbox=${SANDBOX} referrerpolicy="no-referrer" src=${page.wanted ? page.pictures : page.page}></iframe>`;

function pictureBar(page, redraw) {
  if (!page.remote || page.wanted) return nothing;
  const load = () => {
    page.wanted = true;
    redraw();
  };
  return html`<div class="picture-bar" data-testid="picture-bar">${icon("image")}<p>${t("mail.pictures", { n: page.remote })}</p>
    <button type="button" class="button small" data-testid="load-pictures" @click=${load}>${t("mail.loadPictures")}</button></div>`;
}

async function toggle(blob, id) {
  if (pages.delete(id)) return desk.redraw();
  const page = { lines: 0 };
  pages.set(id, page);
  desk.redraw();
  if (!(await learn(page, blob)) && pages.get(id) === page) {
    pages.delete(id);
    desk.toast(t("mailUnavailable"), { bad: true });
  }
  return desk.redraw();
}

/** Asks where the page of a mail is; false if there is none. */
async function learn(page, blob) {
  const [workspace, home, hash] = blob.split("/");
  const path = `/api/v1/customers/${workspace}.${home}/mails/${hash}?lang=${prefs.language}`;
  const answer = await fetch(path).catch(() => null);
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  Object.assign(page, found, { at: Date.now() });
  return Boolean(found);
}

/** The addresses of a page last an hour; whoever comes back later is given new ones. */
function renew(page, blob) {
  if (!page?.page || Date.now() - page.at < LASTS_MS) return;
  page.at = Date.now();
  learn(page, blob).then(() => desk.redraw());
}

/** The page over everything else, for newsletters and wide tables. */
function enlarge(page, c) {
  const title = c.subject || t("noSubject");
  popUp("mail-over", title, ({ close, redraw }) => {
    const both = () => {
      redraw();
      desk.redraw();
    };
    return html`<header class="dialog-head"><h2 dir="auto">${title}</h2><button type="button" class="icon-button" aria-label=${t("close")} @click=${close}>${icon("close")}</button></header>
      ${pictureBar(page, both)}${frame(page, c)}`;
  });
}
