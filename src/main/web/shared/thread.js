import { comparePositions, laterPosition } from "./ids.js";
import { fold } from "./fold.js";

/** One topic as this client knows it: its entries in order, how far they reach, its objects. */
export class Thread {
  #ids = new Set();
  #view = null;

  constructor(topic) {
    this.topic = topic;
    this.entries = [];
    /** The newest position known to be complete; `since` of the next watch. */
    this.have = undefined;
    /** Where older history continues; undefined when there is nothing older. */
    this.cursor = undefined;
    this.ready = false;
    this.loadingOlder = false;
    this.catchingUp = false;
    this.objects = {};
    this.customer = null;
    this.signals = new Map();
  }

  /** Starts over from a first page. */
  replace(entries, cursor) {
    this.#ids.clear();
    this.entries = [];
    this.have = undefined;
    this.cursor = cursor;
    for (const entry of entries) this.#push(entry);
    this.#view = null;
  }

  /** Puts an older page in front. */
  prepend(entries, cursor) {
    const fresh = entries.filter(({ event }) => !this.#ids.has(event.id));
    for (const { event } of fresh) this.#ids.add(event.id);
    this.entries = [...fresh, ...this.entries];
    this.cursor = cursor;
    this.loadingOlder = false;
    this.#view = null;
  }

  /**
   * Takes one live entry.
   *
   * @returns {"new" | "known" | "gap"} gap: something between what we have and this entry is
   *     missing, the entry was not taken
   */
  accept({ pos, prev, event }) {
    if (prev && !prev.endsWith("-0") && comparePositions(prev, this.have) > 0) return "gap";
    if (this.#ids.has(event.id)) {
      this.have = laterPosition(pos, this.have);
      return "known";
    }
    this.#push({ pos, event });
    this.#view = null;
    return "new";
  }

  caughtUp({ pos, objects }) {
    this.have = laterPosition(pos, this.have);
    this.ready = true;
    this.catchingUp = false;
    if (objects) this.objects = { ...this.objects, ...objects };
    this.#view = null;
  }

  /** Removes entries the store never kept (the named ones, and all behind `after`) and returns them. */
  rollback(positions, after) {
    const gone = new Set(positions);
    const lost = ({ pos }) => gone.has(pos) || (after && pos && comparePositions(pos, after) > 0);
    const removed = this.entries.filter(lost);
    this.entries = this.entries.filter((entry) => !lost(entry));
    for (const { event } of removed) this.#ids.delete(event.id);
    this.have = after ?? this.entries.reduce((last, { pos }) => laterPosition(pos, last), undefined);
    this.#view = null;
    return removed;
  }

  /** The entries folded into what is shown; the same object until something changes. */
  get view() {
    return (this.#view ??= fold(this.entries));
  }

  #push(entry) {
    if (this.#ids.has(entry.event.id)) return;
    this.#ids.add(entry.event.id);
    this.entries.push(entry);
    this.have = laterPosition(entry.pos, this.have);
  }
}
