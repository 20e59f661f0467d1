import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { desk } from "./desk.js";
import { t } from "./prefs.js";

const bodies = new Map();

/**
 * The formatted body of a mail, shown on demand in a frame that may not run scripts. The blob is
 * sanitised by the gateway; here links are made to open elsewhere, and the page's own policy
 * keeps remote pictures from loading.
 */
export function mailBody(blob, id) {
  const shown = bodies.get(id);
  return html`<button type="button" class="linkish original" aria-expanded=${String(Boolean(shown))} @click=${() => toggle(blob, id)}>
      ${icon("mail")}${t(shown ? "hideOriginal" : "showOriginal")}</button>
    ${
      shown
        ? html`<iframe class="mail-frame" title=${t("originalMail")} sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" .srcdoc=${shown} @load=${fit}></iframe>`
        : nothing
    }`;
}

async function toggle(blob, id) {
  if (bodies.delete(id)) return desk.redraw();
  const answer = await fetch(`/api/v1/blobs/${encodeURIComponent(blob)}`).catch(() => null);
  if (!answer?.ok) return desk.toast(t("mailUnavailable"), { bad: true });
  bodies.set(id, contained(await answer.text()));
  desk.redraw();
}

function contained(source) {
  const page = new DOMParser().parseFromString(source, "text/html");
  for (const each of page.querySelectorAll("script, iframe, object, embed, form, meta, link, base"))
    each.remove();
  for (const anchor of page.querySelectorAll("a[href]")) {
    if (/^(https?:|mailto:|tel:)/i.test(anchor.getAttribute("href"))) {
      anchor.target = "_blank";
      anchor.rel = "noopener noreferrer nofollow";
    } else anchor.removeAttribute("href");
  }
  return page.documentElement.outerHTML;
}

function fit({ target }) {
  const height = target.contentDocument?.documentElement.scrollHeight ?? 300;
  target.style.height = `${Math.min(Math.max(height, 60), 640)}px`;
}
