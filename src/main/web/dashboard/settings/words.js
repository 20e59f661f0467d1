import { learn, prefs } from "../prefs.js";

const WORDS = {
  en: () => import("./words/en.js"),
  es: () => import("./words/es.js"),
  pt: () => import("./words/pt.js"),
};

const learned = new Set();

/** Whether the pages can speak the language that is chosen now. */
export const spoken = () => learned.has(prefs.language);

/** Fetches the words of the language that is chosen now. */
export async function learnWords() {
  const { language } = prefs;
  const { default: words } = await WORDS[language]();
  learn({ [language]: words });
  learned.add(language);
}

/** Several things as one enumeration in the customs of the language. */
export const listed = (texts, type = "conjunction") => new Intl.ListFormat(prefs.language, { type }).format(texts);
