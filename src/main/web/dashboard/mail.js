import { html, nothing } from "lit";
import { FONT } from "../shared/tokens.js";
import { blobPath } from "../shared/files.js";
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
  const body = bodies.get(id);
  return html`<button type="button" class="linkish original" aria-expanded=${String(Boolean(body))} @click=${() => toggle(blob, id)}>
      ${icon("mail")}${t(body ? "hideOriginal" : "showOriginal")}</button>
    ${
      body
        ? html`<iframe class="mail-frame" title=${t("originalMail")} sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" .srcdoc=${body} @load=${shown}></iframe>`
        : nothing
    }`;
}

async function toggle(blob, id) {
  if (bodies.delete(id)) return desk.redraw();
  const answer = await fetch(blobPath(blob)).catch(() => null);
  if (!answer?.ok) return desk.toast(t("mailUnavailable"), { bad: true });
  bodies.set(id, contained(await answer.text()));
  desk.redraw();
}

/** The page's policy takes no style from markup, so styles travel as data and are set once shown. */
function contained(source) {
  const unstyled = source.replace(/(<[a-z][^<>]*?\s)style(\s*=)/gi, "$1data-style$2");
  const page = new DOMParser().parseFromString(unstyled, "text/html");
  const unwanted =
    "script, style, iframe, object, embed, form, meta, link, base, img[src^='http' i], img[src^='//']";
  for (const each of page.querySelectorAll(unwanted)) each.remove();
  for (const anchor of page.querySelectorAll("a[href]")) {
    if (/^(https?:|mailto:|tel:)/i.test(anchor.getAttribute("href"))) {
      anchor.target = "_blank";
      anchor.rel = "noopener noreferrer nofollow";
    } else anchor.removeAttribute("href");
  }
  return page.documentElement.outerHTML;
}

function shown({ target: frame }) {
  const page = frame.contentDocument;
  const sheet = new frame.contentWindow.CSSStyleSheet();
  sheet.replaceSync(
    `body{margin:12px;font:14px/1.5 ${FONT};overflow-wrap:anywhere}img,table{max-width:100%}`,
  );
  page.adoptedStyleSheets = [sheet];
  for (const each of page.querySelectorAll("[data-style]")) each.style.cssText = each.dataset.style;
  frame.style.height = `${Math.min(Math.max(page.body.scrollHeight + 24, 60), 640)}px`;
}
