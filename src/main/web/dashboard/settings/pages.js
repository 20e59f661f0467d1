import "./drawings.js";

const page = (id, group, icon, act, element, load) => ({ id, group, word: `settings.${id}`, icon, act, element, load });

/** The pages of the workspace, as the settings list them. */
export const WORKSPACE_PAGES = [
  page("users", "people", "user", "users", "hilo-users", () => import("./users.js")),
  page("teams", "people", "team", "users", "hilo-teams", () => import("./teams.js")),
  page("roles", "people", "badge", "users", "hilo-roles", () => import("./roles.js")),
  page("labels", "texts", "tag", "texts", "hilo-labels", () => import("./labels.js")),
  page("canned", "texts", "reply", "texts", "hilo-canned", () => import("./canned.js")),
  page("views", "texts", "list", "texts", "hilo-views", () => import("./views.js")),
  page("rules", "texts", "bolt", "texts", "hilo-rules", () => import("./rules.js")),
  page("hours", "texts", "clock", "texts", "hilo-hours", () => import("./hours.js")),
  page("inboxes", "channels", "globe", "endpoints", "hilo-inboxes", () => import("./inboxes.js")),
  page("endpoints", "channels", "plug", "endpoints", "hilo-endpoints", () => import("./endpoints.js")),
  page("mailboxes", "channels", "mail", "endpoints", "hilo-mailboxes", () => import("./mailboxes.js")),
  page("keys", "workspace", "key", "keys", "hilo-apikeys", () => import("./apikeys.js")),
  page("policy", "workspace", "lock", "security", "hilo-policy", () => import("./policy.js")),
  page("audit", "workspace", "history", "audit", "hilo-audit", () => import("./audit.js")),
];
