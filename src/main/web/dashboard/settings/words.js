import { learn, prefs } from "../prefs.js";
import en from "./words/en.js";
import es from "./words/es.js";
import pt from "./words/pt.js";

learn({ en, es, pt });

/** Several things as one enumeration in the customs of the language. */
export const listed = (texts, type = "conjunction") => new Intl.ListFormat(prefs.language, { type }).format(texts);
