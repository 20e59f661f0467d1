import { ulid } from "./ids.js";

/**
 * What this device has said and the gateway has not yet confirmed. Kept in storage so that a
 * reload loses nothing; the id chosen here makes every repeat harmless, so several tabs may
 * send the same item.
 *
 * An item is `{frame, at, state, problem?, pos?}`; states: `queued` (will be sent), `sent`
 * (waiting for its ack), `acked` (durable, its entry has not been seen yet), `failed`.
 */
export class Outbox {
  /** @param {{load(): object[], change(fn: (items: object[]) => object[]): void}} shelf */
  constructor(shelf) {
    this.shelf = shelf;
    this.items = shelf
      .load()
      .map((item) => (item.state === "failed" ? item : { ...item, state: "queued" }));
  }

  /** Queues a `say` or a `do` and returns its item. */
  add(frame) {
    const item = { frame: { id: ulid(), ...frame }, at: Date.now(), state: "queued" };
    this.items = [...this.items, item];
    this.shelf.change((kept) => [...kept, { frame: item.frame, at: item.at, state: "queued" }]);
    return item;
  }

  find(id) {
    return this.items.find((item) => item.frame.id === id);
  }

  /** After a lost connection everything unconfirmed is sent again. */
  rewind() {
    for (const item of this.items) if (item.state === "sent") item.state = "queued";
  }

  acked(id, pos) {
    const item = this.find(id);
    if (!item) return;
    item.state = "acked";
    item.pos = pos;
    this.#forget(id);
  }

  failed(id, problem) {
    const item = this.find(id);
    if (!item) return;
    item.state = "failed";
    item.problem = problem;
    this.shelf.change((kept) =>
      kept.map((each) => (each.frame.id === id ? { ...each, state: "failed", problem } : each)),
    );
  }

  retry(id) {
    const item = this.find(id);
    if (!item || item.state !== "failed") return;
    item.state = "queued";
    delete item.problem;
    this.shelf.change((kept) =>
      kept.map((each) => (each.frame.id === id ? { ...each, state: "queued" } : each)),
    );
  }

  remove(id) {
    this.items = this.items.filter((item) => item.frame.id !== id);
    this.#forget(id);
  }

  /** Drops what has come back as an entry. */
  seen(event, pos) {
    const before = this.items.length;
    this.items = this.items.filter(
      (item) => item.frame.id !== event.id && !(item.state === "acked" && pos && item.pos === pos),
    );
    if (this.items.length !== before) this.#forget(event.id);
  }

  #forget(id) {
    this.shelf.change((kept) => kept.filter((each) => each.frame.id !== id));
  }
}
