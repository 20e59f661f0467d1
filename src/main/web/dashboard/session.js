const API = "/api/v1";
const ARRIVAL = /^#(enter|setup|invitation|reset|problem)=(.+)$/;

/** The gateway did not do it; `code` and `title` are its own, `wait` the seconds until it may. */
export class Refusal extends Error {
  constructor({ code, title, status, wait, detail }) {
    super(title ?? code);
    Object.assign(this, { code, status, wait, detail });
  }
}

/**
 * Calls the gateway.
 *
 * @param {string} path below `/api/v1/`
 * @returns {Promise<any>} the content of the answer, null where it has none
 * @throws {Refusal} with the code `offline` when there was no answer
 */
export async function call(method, path, body, headers = {}) {
  const options = { method, headers };
  if (body !== undefined) {
    options.headers = { "content-type": "application/json", ...headers };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`${API}/${path}`, options).catch(() => null);
  if (!answer) throw new Refusal({ code: "offline", status: 0 });
  const content = await answer.json().catch(() => null);
  if (answer.ok) return content;
  const wait = content?.detail?.retryAfter ?? (Number(answer.headers.get("retry-after")) || undefined);
  throw new Refusal({ code: "unknown", ...content, status: answer.status, wait });
}

/** A part of the address as it was before it was encoded; what nobody encoded stays. */
export function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * What the address brings: the code of a link `#enter=CODE`, `#setup=CODE`, `#invitation=CODE` or
 * `#reset=CODE`, or why a sign-in elsewhere failed, `#problem=CODE`. It leaves the address bar at
 * once.
 *
 * @returns {{kind: string, code: string} | null}
 */
export function arrival() {
  const [, kind, value] = ARRIVAL.exec(location.hash) ?? [];
  if (!kind) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return { kind, code: plain(value) };
}

/** The workspace that the address names, `?w=`; without one the gateway knows. */
export const workspace = () => new URLSearchParams(location.search).get("w") ?? undefined;

/** What the door offers. @returns {Promise<{workspace?: string, mail: boolean, oidc?: {name: string}, setup: boolean}>} */
export function door() {
  const name = workspace();
  return call("GET", `door${name ? `?w=${encodeURIComponent(name)}` : ""}`);
}

/** Uses the code of a sign-in link. @throws {Refusal} */
export const enter = (code) => call("POST", "session", { code });

/** @returns {Promise<{signedIn?: true, challenge?: string}>} @throws {Refusal} */
export const signIn = (email, password) =>
  call("POST", "session", { workspace: workspace(), email, password });

/** The second step of a sign-in: six digits or a recovery code. @throws {Refusal} */
export const second = (challenge, code) => call("POST", "session/second", { challenge, code });

/** Where "continue with" leads. */
export function elsewhere() {
  const name = workspace();
  return `${API}/session/oidc${name ? `?w=${encodeURIComponent(name)}` : ""}`;
}

/**
 * Who is signed in here.
 *
 * @returns {Promise<{agent: {id: string, name: string}, workspace: string, roles: string[],
 *     acts: string[]} | null>} null: nobody; `known` when the gateway cannot be asked
 */
export async function recognise(known = null) {
  try {
    return await call("GET", "session");
  } catch ({ status }) {
    return status === 0 || status >= 500 ? known : null;
  }
}

export const leave = () => call("DELETE", "session").catch(() => {});

/**
 * A ticket for one connection.
 *
 * @throws {Refusal} with `refused: true` when nobody is signed in any more
 */
export async function ticket() {
  try {
    return (await call("POST", "ticket")).ticket;
  } catch (failure) {
    if (failure.status === 401 || failure.status === 403) {
      Object.assign(failure, { refused: true, code: "signed-out" });
    }
    throw failure;
  }
}
