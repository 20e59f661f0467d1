import en from "./words/en.js";
import es from "./words/es.js";
import pt from "./words/pt.js";

export const WORDS = { en, es, pt };
