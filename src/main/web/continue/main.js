import { start } from "../widget/app.js";
import { tokenSheet, FONT } from "../shared/tokens.js";
import { pickLanguage, speaker } from "../shared/i18n.js";
import { CONTINUE_WORDS } from "../widget/continue-words.js";
import { WORDS } from "../widget/words.js";

// The page `/c#CODE`: a visitor's second device. The code leaves the address bar at once and is
// used only when the visitor says so.
const code = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", location.pathname);

const language = pickLanguage(navigator.languages);
const t = speaker({ [language]: { ...WORDS[language], ...CONTINUE_WORDS[language] } }, language);
document.documentElement.lang = language;
const sheet = new CSSStyleSheet();
sheet.replaceSync(`${tokenSheet(":root")}
body{margin:0;background:var(--surface-1);color:var(--text-1);font:400 16px/1.45 ${FONT}}
main{min-height:100dvh;display:grid;place-items:center;padding:24px;box-sizing:border-box}
.card{max-width:400px;padding:32px;text-align:center;background:var(--bg);border:1px solid var(--line);border-radius:20px;box-shadow:var(--e2)}
h1{font-size:22px;line-height:1.25;margin:0 0 12px}p{margin:0 0 24px;color:var(--text-2)}p:last-child{margin:0}
button{min-height:48px;padding:0 28px;border:0;border-radius:24px;background:var(--accent);color:var(--on-accent);font:650 16px/1 ${FONT};cursor:pointer}
button:focus-visible{outline:2px solid var(--accent);outline-offset:3px}`);
document.adoptedStyleSheets = [sheet];

const main = document.querySelector("main");

function converse(link) {
  main.hidden = true;
  const host = document.createElement("hilo-widget");
  document.body.append(host);
  start(host, { inbox: "continue", origin: location.origin, link, page: true });
}

function ask() {
  const card = document.createElement("div");
  card.className = "card";
  const title = document.createElement("h1");
  const text = document.createElement("p");
  card.append(title, text);
  if (code) {
    title.textContent = t("continueHere");
    text.textContent = t("continueHereText");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.testid = "continue-here";
    button.textContent = t("continueButton");
    button.addEventListener("click", () => converse(code));
    card.append(button);
  } else {
    title.textContent = t("continue");
    text.textContent = t("badLink");
  }
  main.replaceChildren(card);
}

const known = (() => {
  try {
    return Boolean(JSON.parse(localStorage.getItem("hilo.v1.continue"))?.token);
  } catch {
    return false;
  }
})();
if (!code && known) converse();
else ask();
