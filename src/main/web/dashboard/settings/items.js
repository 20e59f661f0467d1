import { comparePositions } from "../../shared/ids.js";
import { desk } from "../desk.js";
import { prefs, t } from "../prefs.js";

/** All items of a kind by id, as they stand. */
export const itemsOf = (kind) => desk.items.of(kind);

export const itemOf = (kind, id) => itemsOf(kind).get(id) ?? null;

/** Shows what the gateway answered, unless a later state was told already. */
export function keep(item) {
  const known = itemOf(item.kind, item.id);
  if (known && known.rev !== FILE && comparePositions(known.rev, item.rev) > 0) return;
  desk.items.take({ item });
}

export const drop = (kind, id) => desk.items.take({ kind, id });

/** The `rev` of what stands in the configuration file and was never edited. */
export const FILE = "file";

/** The items of a kind, by name. */
export function sorted(kind, name = ({ name: own, id }) => own || id) {
  const collator = new Intl.Collator(prefs.locale, { numeric: true, sensitivity: "base" });
  return [...itemsOf(kind).values()].sort((a, b) => collator.compare(name(a), name(b)));
}

/** The id of an author, written `agent:lucia`. */
export const authorId = (by) => String(by ?? "").replace(/^[^:]*:/, "");

export const personName = (id) =>
  itemOf("user", id)?.name ?? (id === desk.session?.agent.id ? desk.session.agent.name : id);

const IDS = 32;

/** An id of a-z, 0-9 and - for something of this name, unlike those that are taken. */
export function newId(name, taken, fallback = "item") {
  const base =
    name
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, IDS - 4)
      .replace(/^-+|-+$/g, "") || fallback;
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id)) return id;
  }
}

const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** A long random id, for addresses that must not be guessed. */
export const randomId = (length = 20) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => LETTERS[byte % LETTERS.length]).join("");

/** Roles a person can have, the built-in ones first. */
export const STAFF_ROLES = ["agent", "supervisor", "administrator", "auditor"];

export const roleName = (id) =>
  itemOf("role", id)?.name ?? (STAFF_ROLES.includes(id) || PROGRAM_ROLES.includes(id) ? t(`role.${id}`) : id);

/** Roles of programs. */
export const PROGRAM_ROLES = ["bot", "integration"];
