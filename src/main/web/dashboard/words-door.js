import { learn } from "./prefs.js";
import en from "./words-door/en.js";
import es from "./words-door/es.js";
import pt from "./words-door/pt.js";

learn({ en, es, pt });
