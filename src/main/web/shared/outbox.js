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
    this.items = shelf.load().map((item) => (item.state === "failed" ? item : { ...item, state: "queued" }));
  }

  /** Queues a `say` or a `do` and returns its item. */
  add(frame) {
    const item = { frame: { id: ulid(), ...frame }, at: Date.now(), state: "queued" };
    this.items = [...this.items, item];
    this.shelf.change((kept) => [...kept, { frame: item.frame, at: item.at, state: "queued" }]);
    return item;
  }

  /** What has to be drawn beside the entries. */
  get visible() {
    return this.items.filter((item) => !item.shown);
  }

  find(id) {
    return this.items.find((item) => item.frame.id === id);
  }

  /**
   * After a lost connection everything is sent again that has no ack, or an ack and no entry: the
   * store may have lost it with whoever could have told.
   */
  rewind() {
    for (const item of this.items) {
      if (item.state === "sent" || item.state === "acked") {
        item.state = "queued";
        delete item.pos;
      }
    }
  }

  acked(id, pos) {
    const item = this.find(id);
    if (!item) return;
    item.state = "acked";
    item.pos = pos;
    this.#forget(id);
    if (item.shown) this.items = this.items.filter((each) => each !== item);
  }

  failed(id, problem) {
    const item = this.find(id);
    if (!item) return;
    item.state = "failed";
    item.problem = problem;
    delete item.shown;
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

  /**
   * An entry came in: what was acked at its position is done. An entry may overtake its ack; then
   * the oldest unconfirmed item that says the same counts as `shown`, so that it is not seen twice.
   *
   * @param {boolean} mine whether this client's user is the author
   */
  seen(event, pos, mine) {
    if (pos && this.items.some((item) => item.pos === pos)) {
      this.items = this.items.filter((item) => item.pos !== pos);
    } else if (mine) {
      const same = this.items.find(
        (item) => item.state === "sent" && !item.shown && saysSame(item.frame, event),
      );
      if (same) same.shown = pos ?? true;
    }
  }

  #forget(id) {
    this.shelf.change((kept) => kept.filter((each) => each.frame.id !== id));
  }
}

function saysSame({ type, content, text }, { t, body }) {
  if (type === "do") return t === "NoteAdded" && body?.text === text;
  const said = body?.content;
  return (
    t === "MessageAdded" &&
    said?.type === content.type &&
    said.text === content.text &&
    said.id === content.id &&
    hash(said) === hash(content)
  );
}

/** The same file has other names in the hands of other customers. */
const hash = ({ blob }) => blob?.split("/").pop();
