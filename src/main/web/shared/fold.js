import { laterPosition } from "./ids.js";

const DELIVERY_ORDER = { sent: 1, delivered: 2, read: 3 };

/**
 * Folds entries into the list a person reads: messages with their edits, reactions, media and
 * delivery applied, notes, and the other events in between. Only entries of the loaded part are
 * known, so a change to an older message waits until that page is loaded.
 *
 * @returns {{items: object[], messages: Map<string, object>, readBy: {customer?: string, agent?: string}}}
 */
export function fold(entries) {
  const items = [];
  const messages = new Map();
  const readBy = {};
  const changes = [];
  /** What the platforms call our messages. */
  const sent = new Map();
  for (const { pos, event } of entries) {
    const item = { id: event.id, pos, t: event.t, at: event.at, by: event.by ?? {}, event };
    const body = event.body ?? {};
    switch (event.t) {
      case "MessageAdded": {
        const message = {
          ...item,
          kind: "message",
          channel: body.channel ?? body.address?.channel,
          content: body.content ?? { type: "unsupported" },
          attachments: [...(body.attachments ?? [])],
          replyTo: body.replyTo,
          reactions: new Map(),
        };
        messages.set(event.id, message);
        if (body.ref ?? body.externalId) messages.set(`ext:${body.ref ?? body.externalId}`, message);
        items.push(message);
        break;
      }
      case "NoteAdded":
        items.push({ ...item, kind: "note" });
        break;
      case "ReadMarked": {
        const who = event.by?.kind === "customer" ? "customer" : "agent";
        readBy[who] = laterPosition(body.upTo, readBy[who]);
        break;
      }
      case "MessageEdited":
      case "MessageRemoved":
      case "ReactionChanged":
      case "DeliveryChanged":
        if (body.externalId && body.messages?.length === 1) sent.set(body.messages[0], body.externalId);
        changes.push(event);
        break;
      case "MediaStored":
      case "MediaFailed":
        changes.push(event);
        break;
      case "CallLogged": {
        const call = { ...item, kind: "event", content: body.recording && { type: "media", ...body.recording } };
        if (call.content) messages.set(event.id, call);
        items.push(call);
        break;
      }
      default:
        items.push({ ...item, kind: "event" });
    }
  }
  for (const [id, external] of sent) {
    if (messages.has(id)) messages.set(`ext:${external}`, messages.get(id));
  }
  for (const event of changes) apply(event, messages);
  return { items, messages, readBy };
}

function apply(event, messages) {
  const body = event.body;
  if (event.t === "DeliveryChanged") {
    for (const id of body.messages ?? []) deliver(messages.get(id), body);
    return;
  }
  const message = messages.get(body.message);
  if (!message) return;
  switch (event.t) {
    case "MessageEdited":
      message.content = body.content;
      message.edited = event.at;
      break;
    case "MessageRemoved":
      message.removed = event.at;
      break;
    case "ReactionChanged":
      react(message, event);
      break;
    default:
      store(message, event);
  }
}

function deliver(message, { state, why, code }) {
  if (!message) return;
  const late = (DELIVERY_ORDER[state] ?? 9) < (DELIVERY_ORDER[message.delivery] ?? 0);
  if (late) return;
  message.delivery = state;
  message.why = why ?? code;
}

function react(message, { body, by }) {
  const who = `${by?.kind}:${by?.id ?? by?.name ?? ""}`;
  if (!body.emoji) {
    // the platform does not say which one was taken back
    for (const [emoji, people] of message.reactions) {
      people.delete(who);
      if (!people.size) message.reactions.delete(emoji);
    }
    return;
  }
  const people = new Set(message.reactions.get(body.emoji));
  if (body.on) people.add(who);
  else people.delete(who);
  if (people.size) message.reactions.set(body.emoji, people);
  else message.reactions.delete(body.emoji);
}

/** Index 0 is what the message says itself, attachments are counted from 1. */
function store(message, event) {
  const { index = 0, blob, mime, size, why } = event.body;
  const stored = Boolean(blob);
  const known = stored ? { blob, mime, ...(size > 0 ? { size } : {}) } : { failed: why ?? "unavailable" };
  if (index === 0) {
    if (message.content?.type === "media") message.content = { ...message.content, ...known };
  } else if (message.attachments?.[index - 1]) {
    message.attachments[index - 1] = { ...message.attachments[index - 1], ...known };
  }
}
