import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { blobPath, isPicture } from "../shared/files.js";
import { rich } from "../shared/rich.js";
import { byteSize } from "../shared/time.js";
import { popUp } from "./pop-up.js";
import { prefs, t } from "./prefs.js";

/** A file of a message as it stands: the thing itself, on its way, or why there is none. */
export function media(m) {
  const name = m.name || t(`media.${m.kind ?? "file"}`);
  const caption = m.caption ? html`<div class="text">${rich(m.caption)}</div>` : nothing;
  if (m.failed || !m.blob) return html`${missing(m, name)}${caption}`;
  const url = blobPath(m.blob, m.name);
  if (m.risk) return html`${file(m, url, name)}${caption}`;
  if (m.kind !== "file" && isPicture(m.mime)) return html`${picture(m, url, name)}${caption}`;
  if (m.kind !== "file" && /^video\//.test(m.mime ?? "")) {
    return html`<video class="film" controls preload="metadata" src=${url} aria-label=${name}></video>${file(m, url, name)}${caption}`;
  }
  if (m.kind === "audio" || m.kind === "voice") {
    return html`<audio controls preload="metadata" src=${url} aria-label=${name}></audio>${m.kind === "audio" ? file(m, url, name) : nothing}${caption}`;
  }
  return html`${file(m, url, name)}${caption}`;
}

function missing(m, name) {
  const [drawing, why] = m.failed
    ? ["alert", t("mediaFailed", { why: m.failed })]
    : m.ref
      ? ["clock", t("mediaPending")]
      : ["file", t("mediaFailed", { why: "–" })];
  return html`<div class="file missing" data-testid="file" data-state=${m.failed ? "failed" : "pending"}>${icon(drawing)}<span class="file-name">${name}<small>${why}</small></span></div>`;
}

function picture(m, url, name) {
  return html`<button type="button" class="picture ${m.kind === "sticker" ? "is-sticker" : ""}" data-testid="picture" aria-label=${t("enlarge", { name: m.caption || name })} @click=${() => enlarge(url, m, name)}>
    <img src=${url} alt=${m.caption || name} loading="lazy" decoding="async" /></button>`;
}

function file(m, url, name) {
  const size = m.size > 0 ? byteSize(prefs.locale, m.size) : "";
  const about = [m.mime, size].filter(Boolean).join(" · ");
  if (!m.risk) {
    return html`<a class="file" data-testid="file" href=${url} download=${name} aria-label=${t("download", { name })}>${icon(isPicture(m.mime) ? "image" : "file")}
      <span class="file-name" dir="auto">${name}<small>${about}</small></span>${icon("download")}</a>`;
  }
  return html`<button type="button" class="file is-risky" data-testid="file" data-risk=${m.risk} @click=${() => askFirst(m, url, name)}>${icon("alert")}
    <span class="file-name"><bdi>${name}</bdi><small class="risk">${t("risk")}: ${t(`risk.${m.risk}`)}</small><small>${about}</small></span>${icon("download")}</button>`;
}

/** A file that may harm is only saved by those who say so twice. */
function askFirst(m, url, name) {
  popUp(
    "question",
    t("risk.title"),
    ({ close }) => html`<div class="dialog-body"><h2>${t("risk.title")}</h2><p><bdi>${name}</bdi>: ${t(`risk.${m.risk}`)}.</p><p>${t("risk.text")}</p></div>
      <footer class="dialog-foot"><button type="button" class="button" autofocus @click=${close}>${t("risk.leave")}</button>
        <a class="button danger" data-testid="download-anyway" href=${url} download=${name} @click=${() => setTimeout(close)}>${t("risk.anyway")}</a></footer>`,
  );
}

/** The picture as large as the window, over everything else; Escape or a click ends it. */
function enlarge(url, m, name) {
  const dialog = document.createElement("dialog");
  dialog.className = "lightbox";
  dialog.setAttribute("aria-label", m.caption || name);
  const image = new Image();
  image.src = url;
  image.alt = m.caption || name;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button";
  close.textContent = t("close");
  const save = document.createElement("a");
  save.className = "button";
  save.href = url;
  save.download = name;
  save.textContent = t("download", { name: "" }).trim();
  const bar = document.createElement("div");
  bar.append(save, close);
  dialog.append(image, bar);
  dialog.addEventListener("click", ({ target }) => {
    if (target !== save) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the desk has keys of its own
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
