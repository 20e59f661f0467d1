import { t } from "../prefs.js";
import { call } from "./api.js";

/** The acts as people think of them; what is in none of these stands under "other". */
const GROUPS = {
  talk: ["inbox", "watch", "read", "say", "type", "react", "edit", "note"],
  handle: ["assign", "resolve", "reopen", "label", "priority"],
  customer: ["card", "attributes", "join", "ask-proof", "put"],
  workspace: ["desk", "texts", "users", "keys", "endpoints", "security", "audit"],
};

/** Only a customer's own device does these. */
const OF_DEVICES = ["prove", "link"];

/** `[group, acts]` of a list of acts. */
export function grouped(acts) {
  const known = new Set(Object.values(GROUPS).flat());
  const other = acts.filter((act) => !known.has(act) && !OF_DEVICES.includes(act));
  return [
    ...Object.entries(GROUPS).map(([name, list]) => [name, list.filter((act) => acts.includes(act))]),
    ["other", other],
  ].filter(([, list]) => list.length);
}

export const actName = (act) => t(`act.${act}`);

/** The gateway's table: `{roles: [{id, builtIn, acts}], acts: [act]}`. */
export const table = () => call("GET", "/roles");

/** The acts this page knows, for those who may not see the table. */
export const KNOWN_ACTS = Object.values(GROUPS).flat();

/** What a program can do at the most. */
export const PROGRAM_ACTS = KNOWN_ACTS.filter((act) => !GROUPS.workspace.includes(act));
