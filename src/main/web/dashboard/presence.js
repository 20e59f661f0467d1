const TYPING_MS = 6000;
const VIEWING_MS = 60_000;

/** Who is at a thread now, by session. */
export const areHere = (present) => new Map(present.map(({ session, who }) => [session, who]));

/** Somebody came to a thread, left it, looks at it or writes; what is not said again passes. */
export function signalled(thread, { kind, who, data }, changed) {
  const viewing = `viewing ${who?.kind} ${who?.id}`;
  if (kind === "presence") {
    thread.present ??= new Map();
    if (data?.on) thread.present.set(data.session, who);
    else {
      thread.present.delete(data?.session);
      thread.signals.delete(viewing);
    }
  }
  if (kind !== "typing" && kind !== "viewing") return;
  const key = `${kind} ${who?.kind} ${who?.id}`;
  if (!data?.on) {
    thread.signals.delete(key);
    return;
  }
  const life = kind === "typing" ? TYPING_MS : VIEWING_MS;
  const until = Date.now() + life;
  thread.signals.set(key, { kind, who, until });
  setTimeout(() => {
    if (thread.signals.get(key)?.until === until) thread.signals.delete(key);
    changed();
  }, life);
}
