import { html } from "lit";
import { LANGUAGES, pickLanguage, speaker } from "../shared/i18n.js";
import { signal } from "../shared/signal.js";
import { words } from "./words.js";

const stored = (key) => {
  try {
    return localStorage.getItem(`hilo.demo.${key}`) ?? "";
  } catch {
    return "";
  }
};

const store = (key, value) => {
  try {
    localStorage.setItem(`hilo.demo.${key}`, value);
  } catch {
    // Storage is closed to this page: the choice lasts as long as the page.
  }
};

export const language = signal(pickLanguage(stored("language"), navigator.languages));
export const theme = signal(stored("theme") || "auto");

/** The words of the language in force. */
export const t = (key, values) => speaker(words, language.value)(key, values);

function apply() {
  document.documentElement.lang = language.value;
  if (theme.value === "auto") document.documentElement.removeAttribute("theme");
  else document.documentElement.setAttribute("theme", theme.value);
}

apply();
language.follow(apply);
theme.follow(apply);

/** The language and theme switches. */
export const switches = () => html`
  <div class="switches">
    <label>
      <span class="unseen">${t("language")}</span>
      <select
        @change=${(event) => {
          language.value = event.target.value;
          store("language", language.value);
        }}
      >
        ${Object.entries(LANGUAGES).map(
          ([key, name]) => html`<option value=${key} ?selected=${key === language.value}>${name}</option>`,
        )}
      </select>
    </label>
    <label>
      <span class="unseen">${t("theme")}</span>
      <select
        @change=${(event) => {
          theme.value = event.target.value;
          store("theme", theme.value);
        }}
      >
        ${["auto", "light", "dark"].map(
          (key) => html`<option value=${key} ?selected=${key === theme.value}>${t(`theme-${key}`)}</option>`,
        )}
      </select>
    </label>
  </div>
`;
