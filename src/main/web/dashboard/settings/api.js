import { t } from "../prefs.js";

/** What the gateway refused; `code` is `offline` when it could not be asked at all. */
export class Refusal extends Error {
  constructor({ status = 0, code = "offline", title = "", detail = null }) {
    super(title || code);
    Object.assign(this, { status, code, title, detail });
  }
}

/**
 * Asks the gateway's API.
 *
 * @param {string} method
 * @param {string} path below `/api/v1`
 * @param {{body?: unknown, match?: string, absent?: boolean}} [more] `match`: only when the item
 *     still has this `rev`; `absent`: only when there is none
 * @returns {Promise<any>} what it answers; null when that is nothing
 * @throws {Refusal}
 */
export async function call(method, path, { body, match, absent } = {}) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (match) headers["if-match"] = `"${match}"`;
  if (absent) headers["if-none-match"] = "*";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(`/api/v1${path}`, { method, headers, body: sent }).catch(() => {
    throw new Refusal({});
  });
  const text = await answer.text().catch(() => "");
  let said = null;
  try {
    said = text ? JSON.parse(text) : null;
  } catch {
    // Something between us and the gateway answered.
  }
  if (answer.ok) return said;
  throw new Refusal({ code: `http-${answer.status}`, ...said, status: answer.status });
}

/** A refusal in words: ours where the code is known, else the gateway's own sentence. */
export function why(refusal) {
  const key = `refusal.${refusal.code}`;
  const known = t(key);
  if (known !== refusal.code) return known;
  const { title } = refusal;
  return title ? `${title[0].toUpperCase()}${title.slice(1)}${/[.!?]$/.test(title) ? "" : "."}` : t("refusal.internal");
}
