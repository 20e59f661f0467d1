import { call, Refusal } from "./api.js";
import { authorId, drop, itemOf, keep } from "./items.js";

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What somebody types into the form of one item, apart from what the others do to it meanwhile. */
export class Draft {
  /** The rejection of the last attempt, until something is changed. */
  refusal = null;
  busy = false;
  /** Somebody wants to leave with unsaved changes. */
  leaving = false;
  /** Who changed the item meanwhile, once it is known. */
  by = null;

  /**
   * @param {string} kind
   * @param {object | null} item as it stands; null: a new one
   * @param {object} blank the fields of a new one
   * @param {(draft: Draft) => void} changed called after every change
   */
  constructor(kind, item, blank, changed) {
    this.kind = kind;
    this.base = item;
    this.value = structuredClone({ ...blank, ...item });
    this.first = structuredClone(this.value);
    this.changed = () => changed(this);
  }

  get isNew() {
    return this.base === null;
  }

  get dirty() {
    return !same(this.value, this.first);
  }

  /** The item as it stands now; null when it is gone. */
  get current() {
    return this.isNew ? null : itemOf(this.kind, this.base.id);
  }

  /** Somebody else changed the item, or removed it, since this draft began. */
  get overtaken() {
    return !this.isNew && !this.busy && this.current?.rev !== this.base.rev;
  }

  set(field, value) {
    this.value = { ...this.value, [field]: value };
    this.refusal = null;
    this.leaving = false;
    this.changed();
  }

  /** Goes on from the item as it stands; of what was typed here the `mine` fields stay. */
  rebase(mine = false) {
    const { current } = this;
    if (!current) {
      this.base = null;
    } else {
      const merged = structuredClone({ ...this.first, ...current });
      if (mine) {
        for (const [field, value] of Object.entries(this.value)) {
          if (!same(value, this.first[field])) merged[field] = value;
        }
      }
      this.base = current;
      this.first = structuredClone({ ...this.first, ...current });
      this.value = merged;
    }
    this.refusal = null;
    this.by = null;
    this.changed();
  }

  /**
   * Runs one attempt to save.
   *
   * @param {() => Promise<T>} attempt
   * @returns {Promise<T | undefined>} what it gave; undefined: refused, and `refusal` says why
   * @template T
   */
  async run(attempt) {
    if (this.busy) return undefined;
    this.busy = true;
    this.refusal = null;
    this.changed();
    try {
      return (await attempt()) ?? null;
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure;
      this.refusal = failure;
      return undefined;
    } finally {
      this.busy = false;
      this.changed();
    }
  }

  /** Writes the item as `body` under `id`, if nobody else has changed it. */
  async put(id, body) {
    const saved = await this.run(() =>
      call("PUT", path(this.kind, id), {
        body,
        ...(this.isNew ? { absent: true } : { match: this.base.rev }),
      }),
    );
    if (this.refusal?.code === "changed-meanwhile" && !this.isNew) await this.lookAgain(id);
    return saved;
  }

  /** The gateway knows a later state than this page. */
  async lookAgain(id) {
    try {
      keep(await call("GET", path(this.kind, id)));
    } catch (failure) {
      if (failure.status === 404) drop(this.kind, id);
    }
    this.changed();
  }

  /** Finds out who changed the item last. */
  async findOut() {
    if (this.isNew || this.by !== null) return;
    this.by = "";
    try {
      const { changes } = await call("GET", `${path(this.kind, this.base.id)}/history`);
      const last = changes.reduce((a, b) => (a && a.at >= b.at ? a : b), null);
      this.by = authorId(last?.by);
    } catch {
      // The sentence does without a name.
    }
    this.changed();
  }
}

export const path = (kind, id) => `/desk/${kind}/${encodeURIComponent(id)}`;
