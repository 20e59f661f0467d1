const SESSION = "/api/v1/session";

/** Uses the code of a sign-in link `#enter=CODE`, which leaves the address bar at once. */
export async function enter() {
  const code = /^#enter=(.+)$/.exec(location.hash)?.[1];
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  await fetch(SESSION, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: decodeURIComponent(code) }),
  }).catch(() => {});
}

/**
 * Who is signed in here.
 *
 * @returns {Promise<{agent: {id: string, name: string}, workspace: string} | null>} null: nobody;
 *     `known` when the gateway cannot be asked
 */
export async function recognise(known = null) {
  const answer = await fetch(SESSION).catch(() => null);
  if (!answer || answer.status >= 500) return known;
  return answer.ok ? answer.json() : null;
}

export const leave = () => fetch(SESSION, { method: "DELETE" }).catch(() => {});

/**
 * A ticket for one connection.
 *
 * @throws {Error} with `refused: true` when nobody is signed in any more
 */
export async function ticket() {
  const answer = await fetch("/api/v1/ticket", { method: "POST" });
  if (answer.status === 401 || answer.status === 403) {
    throw Object.assign(new Error("signed out"), { refused: true, code: "signed-out" });
  }
  if (!answer.ok) throw new Error(`ticket: ${answer.status}`);
  return (await answer.json()).ticket;
}
