import { tokenSheet } from "../shared/tokens.js";
import { prefs } from "./prefs.js";
import "./drawings.js";
import "./inbox.js";
import "./thread.js";
import "./composer.js";
import "./side.js";
import "./dialogs.js";
import { Agent } from "./shell.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(tokenSheet(":root"));
document.adoptedStyleSheets = [sheet];
prefs.apply();
customElements.define("hilo-agent", Agent);
