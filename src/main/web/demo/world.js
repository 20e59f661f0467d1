import { signal } from "../shared/signal.js";

/**
 * What the simulators show, kept up to date by server-sent events: `null` until the first picture.
 *
 * @type {{value: null | {whatsapp: object, telegram: object, mail: object}}}
 */
export const world = signal(null);

/** False while the gateway does not answer. */
export const connected = signal(true);

/** The other side is typing: the app's name, for a few seconds. */
export const typing = signal("");

let picture = 0;
let typingEnds;

const upsert = (list, item) => {
  const at = list.findIndex((each) => each.id === item.id);
  return at < 0 ? [...list, item] : list.with(at, item);
};

const changes = {
  message: (app, value) => ({ ...app, messages: upsert(app.messages, value) }),
  removed: (app, value) => ({ ...app, messages: app.messages.filter((m) => m.id !== value) }),
  mail: (app, value) => ({ ...app, mails: upsert(app.mails, value) }),
  open: (app, value) => ({ ...app, open: value }),
  stand: (app, value) => ({ ...app, ...value }),
};

function change({ n, app, kind, value }) {
  if (kind === "typing") {
    typing.value = app;
    clearTimeout(typingEnds);
    typingEnds = setTimeout(() => (typing.value = ""), 6000);
  } else if (n > picture && changes[kind]) {
    if (kind === "message" && !value.mine && typing.value === app) typing.value = "";
    world.value = { ...world.value, [app]: changes[kind](world.value[app], value) };
  }
}

function connect() {
  const source = new EventSource("/demo/api/events");
  const early = [];
  let drawn = false;
  source.addEventListener("all", (event) => {
    const { n, ...apps } = JSON.parse(event.data);
    picture = n;
    drawn = true;
    connected.value = true;
    world.value = apps;
    early.splice(0).forEach(change);
  });
  source.addEventListener("change", (event) => {
    const value = JSON.parse(event.data);
    if (drawn) change(value);
    else early.push(value);
  });
  source.addEventListener("error", () => {
    connected.value = false;
    drawn = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
}

connect();

/**
 * Does something as the customer.
 *
 * @returns {Promise<object | null>}
 * @throws {Error} with the reason, where it was not possible
 */
export async function act(path, body = {}) {
  const answer = await fetch(`/demo/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.status === 204) return null;
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.why);
  return value;
}
