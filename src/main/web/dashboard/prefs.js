import { pickLanguage, regional, speaker } from "../shared/i18n.js";
import { WORDS } from "./words.js";

const KEY = "hilo.agent";
const OWNER = "hilo.agent.owner";
const OUTBOX = "hilo.agent.outbox";

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** What this browser remembers for the agent: language, theme, side panel. */
export const prefs = {
  ...read(),

  set(fields) {
    Object.assign(this, fields);
    const { language, theme, side } = this;
    try {
      localStorage.setItem(KEY, JSON.stringify({ language, theme, side }));
    } catch {
      // Storage is closed: the choice lasts as long as the page.
    }
    this.apply();
  },

  apply() {
    this.language = pickLanguage(this.language, navigator.languages);
    this.locale = regional(this.language);
    this.t = speaker(WORDS, this.language);
    document.documentElement.lang = this.language;
    if (this.theme === "light" || this.theme === "dark")
      document.documentElement.setAttribute("theme", this.theme);
    else document.documentElement.removeAttribute("theme");
  },
};

/** A word in the agent's language. */
export const t = (key, values) => prefs.t(key, values);

/** Whether there are words for it. */
export const told = (key) => Object.hasOwn(WORDS[prefs.language], key);

/** Adds the words of a part that is loaded later. @param {typeof WORDS} words by language */
export function learn(words) {
  for (const [language, table] of Object.entries(words)) Object.assign(WORDS[language], table);
}

/** Adds the style sheet of a part that is loaded later. */
export function wear(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** Unsent text, kept per conversation and mode. */
export const drafts = {
  key: (customer, mode) => `hilo.draft.${customer}.${mode}`,

  get(customer, mode) {
    try {
      return localStorage.getItem(this.key(customer, mode)) ?? "";
    } catch {
      return "";
    }
  },

  set(customer, mode, text) {
    try {
      if (text) localStorage.setItem(this.key(customer, mode), text);
      else localStorage.removeItem(this.key(customer, mode));
    } catch {
      // Storage is closed or full: the text stays in the field.
    }
  },

  has(customer) {
    return Boolean(this.get(customer, "reply") || this.get(customer, "note"));
  },

  move(from, to) {
    for (const mode of ["reply", "note"]) {
      const text = this.get(from, mode);
      if (text && !this.get(to, mode)) this.set(to, mode, text);
      this.set(from, mode, "");
    }
  },
};

/**
 * This browser now works for `owner`: what somebody else has not sent is neither shown nor sent.
 *
 * @returns {boolean} whether it worked for somebody else before
 */
export function claim(owner) {
  try {
    const before = localStorage.getItem(OWNER);
    localStorage.setItem(OWNER, owner);
    if (!before || before === owner) return false;
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("hilo.draft.") || key === OUTBOX) localStorage.removeItem(key);
    }
    return true;
  } catch {
    return false; // Storage is closed: nothing of anybody is kept.
  }
}

/** What is said and not yet confirmed. */
export const outboxShelf = {
  load() {
    try {
      return JSON.parse(localStorage.getItem(OUTBOX)) ?? [];
    } catch {
      return [];
    }
  },

  change(edit) {
    try {
      localStorage.setItem(OUTBOX, JSON.stringify(edit(this.load())));
    } catch {
      // Storage is closed: what is unsent lives as long as the page.
    }
  },
};
