export const FILTERS = ["mine", "unassigned", "open", "resolved"];
/** What the filter of a view that the workspace keeps begins with; its id follows. */
export const VIEW = "view:";
const PAGE = 200;

/** The rows of the inbox that one filter or view shows, in their order, and how many there are. */
export class InboxList {
  filter = "open";
  order = [];
  rows = {};
  counts = {};
  loaded = false;
  #limit = PAGE;

  /** @param {import("../shared/live.js").Live} live */
  constructor(live) {
    this.live = live;
  }

  /** The id of the view that is shown, or null. */
  get view() {
    return this.filter.startsWith(VIEW) ? this.filter.slice(VIEW.length) : null;
  }

  get waiting() {
    return this.order.filter((id) => this.rows[id]?.unread).length;
  }

  watch(filter) {
    if (filter !== this.filter) {
      this.order = [];
      this.#limit = PAGE;
    }
    this.filter = filter;
    this.loaded = false;
    this.#ask();
  }

  more() {
    if (this.order.length < this.#limit) return;
    this.#limit += PAGE;
    this.#ask();
  }

  #ask() {
    const { view, filter } = this;
    this.live.watchView("inbox", { ...(view ? { name: view } : { filter }), limit: this.#limit });
  }

  close() {
    this.order = [];
    this.rows = {};
    this.counts = {};
    this.loaded = false;
    this.live.unwatch("inbox");
  }

  /** All of them. */
  fill({ order, rows, counts }) {
    this.order = order;
    this.rows = rows;
    this.counts = counts ?? this.counts;
    this.loaded = true;
  }

  /** One that is new, changed or gone. @param {string | null} open the row that stays known */
  take({ id, row, before, gone, counts }, open) {
    this.order = this.order.filter((each) => each !== id);
    if (gone) {
      if (id !== open) delete this.rows[id];
    } else {
      this.rows[id] = row;
      const at = before ? this.order.indexOf(before) : -1;
      if (at < 0) this.order.push(id);
      else this.order.splice(at, 0, id);
    }
    if (counts) this.counts = counts;
  }

  forget(id) {
    delete this.rows[id];
    this.order = this.order.filter((each) => each !== id);
  }
}
