import { Pulse } from "./pulse.js";

const NONE = new Map();

/**
 * What the workspace keeps, as far as this person may see it: a map by kind (`user`, `team`,
 * `label`, `canned`…) of maps by id. `changed` tells of every change, also of those made elsewhere.
 */
export class Items extends Map {
  #pulse = new Pulse();

  changed = this.#pulse.counter;
  /** Whether the gateway has told all of them. */
  known = false;

  /** @returns {ReadonlyMap<string, object>} the items of a kind by id */
  of(kind) {
    return this.get(kind) ?? NONE;
  }

  /** The items of a kind in the order of their names. */
  list(kind) {
    return [...this.of(kind).values()].sort((a, b) => (a.name ?? a.id).localeCompare(b.name ?? b.id));
  }

  fill(items) {
    super.clear();
    for (const item of items) this.#put(item);
    this.known = true;
    this.#pulse.strike();
  }

  /** A frame `item`: the item, or which one is gone. */
  take({ item, kind, id }) {
    if (item) this.#put(item);
    else this.get(kind)?.delete(id);
    this.#pulse.strike();
  }

  clear() {
    super.clear();
    this.known = false;
    this.#pulse.strike();
  }

  #put(item) {
    if (!this.has(item.kind)) this.set(item.kind, new Map());
    this.get(item.kind).set(item.id, item);
  }
}
