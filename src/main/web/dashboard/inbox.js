import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../shared/icons.js";
import { age, fullTime, shortTime } from "../shared/time.js";
import { agentName, avatar, badge, initials, Part } from "./common.js";
import { desk } from "./desk.js";
import { FILTERS, VIEW } from "./inbox-list.js";
import { drafts, prefs, t } from "./prefs.js";

const ROW = 76;
const SPARE = 6;
const CHANNELS_SHOWN = 3;

/** The list of conversations; only the rows near the window are in the document. */
class Inbox extends Part {
  constructor() {
    super(desk.inboxChanged, desk.items.changed);
    this.query = "";
    this.top = 0;
    this.height = 800;
  }

  connectedCallback() {
    super.connectedCallback();
    this.minute = setInterval(() => this.requestUpdate(), 30_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.minute);
    this.observer?.disconnect();
  }

  firstUpdated() {
    const list = this.querySelector(".rows");
    this.observer = new ResizeObserver(() => {
      this.height = list.clientHeight;
      this.requestUpdate();
    });
    this.observer.observe(list);
  }

  get shown() {
    const query = this.query.trim().toLowerCase();
    if (!query) return desk.list.order;
    return desk.list.order.filter((id) => {
      const row = desk.list.rows[id];
      return `${row?.name} ${row?.snippet}`.toLowerCase().includes(query);
    });
  }

  updated() {
    if (this.following === desk.current) return;
    this.following = desk.current;
    const at = this.shown.indexOf(desk.current);
    const list = this.querySelector(".rows");
    if (at < 0 || !list) return;
    const from = at * ROW;
    if (from < list.scrollTop) list.scrollTop = from;
    else if (from + ROW > list.scrollTop + list.clientHeight) list.scrollTop = from + ROW - list.clientHeight;
  }

  scrolled({ currentTarget: list }) {
    this.top = list.scrollTop;
    if (list.scrollHeight - list.scrollTop - list.clientHeight < 10 * ROW) desk.list.more();
    this.requestUpdate();
  }

  render() {
    const ids = this.shown;
    const from = Math.max(0, Math.min(Math.floor(this.top / ROW) - SPARE, ids.length - 1));
    const to = Math.min(ids.length, Math.ceil((this.top + this.height) / ROW) + SPARE);
    return html`<div class="inbox-head">
        <h1>${t("inbox")}</h1>
        <label class="search">${icon("search")}<input type="search" placeholder=${t("search")} aria-label=${t("search")}
          .value=${this.query} @input=${(e) => this.search(e.target.value)} /><kbd>/</kbd></label>
        <nav class="filters" aria-label=${t("filters")}>${FILTERS.map(
          (filter) => html`<a href=${`#/${filter}`} aria-current=${desk.list.filter === filter ? "page" : nothing}
            @click=${(e) => this.pick(e, filter)}>${t(`filter.${filter}`)}<span class="count">${this.count(filter)}</span></a>`,
        )}</nav>
        ${this.views()}
      </div>
      <div class="rows" tabindex="-1" @scroll=${this.scrolled} aria-busy=${String(!desk.list.loaded)}>
        <ol .style=${`height:${ids.length * ROW}px;padding-top:${from * ROW}px`} aria-label=${t("conversations")}>
          ${repeat(
            ids.slice(from, to),
            (id) => id,
            (id, i) => this.row(id, from + i, ids.length),
          )}
        </ol>
        ${ids.length === 0 && desk.list.loaded ? this.empty() : nothing}
        ${desk.list.loaded || desk.list.order.length ? nothing : html`<div class="skeletons" aria-hidden="true">${Array.from({ length: 8 }, () => html`<div class="skeleton"><i></i><b></b><b></b></div>`)}</div>`}
      </div>`;
  }

  /** What the workspace looks at besides. */
  views() {
    const views = desk.items.list("view");
    if (!views.length) return nothing;
    return html`<nav class="views" aria-label=${t("views")}>${views.map(({ id, name }) => {
      const filter = VIEW + id;
      return html`<a href=${`#/${filter}`} data-testid="view" aria-current=${desk.list.filter === filter ? "page" : nothing} @click=${(e) => this.pick(e, filter)}>${name}</a>`;
    })}</nav>`;
  }

  /** The gateway counts what the list shows: within a view, only that. */
  count(filter) {
    const n = desk.list.counts[filter];
    return n === undefined || desk.list.view ? "" : new Intl.NumberFormat(prefs.locale).format(n);
  }

  search(query) {
    this.query = query;
    this.top = 0;
    this.querySelector(".rows").scrollTop = 0;
    this.requestUpdate();
  }

  pick(event, filter) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    desk.go({ filter, id: matchMedia("(max-width: 719px)").matches ? null : desk.current, pane: "thread" });
    this.search("");
  }

  row(id, index, total) {
    const row = desk.list.rows[id];
    if (!row) return nothing;
    const current = id === desk.current;
    const late = row.waiting && Date.now() - row.waiting > 60_000;
    const name = row.name || t("nameless");
    const channels = (row.channels ?? []).slice(-CHANNELS_SHOWN);
    return html`<li aria-posinset=${index + 1} aria-setsize=${total}>
      <a class="row ${row.unread ? "unread" : ""}" data-testid="row" data-id=${id} href=${`#/${desk.list.filter}/${encodeURIComponent(id)}`}
        aria-current=${current ? "true" : nothing} @click=${(e) => this.open(e, id)}>
        ${avatar(name, id)}
        <span class="row-main">
          <span class="row-line"><span class="row-name">${name}</span>
            ${
              row.priority === "urgent" || row.priority === "high"
                ? html`<span class="priority" data-priority=${row.priority} title=${t(`priority.${row.priority}`)}>${icon("flag")}<span class="hidden">${t(`priority.${row.priority}`)}</span></span>`
                : nothing
            }
            <time datetime=${new Date(row.at).toISOString()} title=${fullTime(prefs.locale, row.at)}>${shortTime(prefs.locale, row.at)}</time></span>
          <span class="row-line"><span class="row-snippet">${this.prefix(row, id)}${row.snippet}</span>
            ${row.unread ? html`<span class="unread-count"><span class="hidden">${t("unread")}: </span>${row.unread > 99 ? "99+" : row.unread}</span>` : nothing}</span>
          <span class="row-line foot"><span class="row-channels">${channels.map((channel, i) => badge(channel, i > 0 || channels.length > 1))}</span>
            ${late ? html`<span class="waiting" title=${t("waitingLong")}>${icon("clock")}${age(prefs.locale, row.waiting)}</span>` : nothing}
            ${row.assignee ? html`<span class="assignee" title=${t("assignedTo", { name: agentName(row.assignee) })}>${initials(agentName(row.assignee))}</span>` : nothing}
          </span>
        </span>
      </a></li>`;
  }

  prefix(row, id) {
    if (id !== desk.current && drafts.has(id)) return html`<em class="draft">${t("draft")}:</em> `;
    if (row.by === "agent") return html`<em>${t("youOrTeam")}:</em> `;
    if (row.by === "note") return html`<em class="of-note">${t("note")}:</em> `;
    return nothing;
  }

  open(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    desk.go({ id, pane: "thread" });
  }

  empty() {
    if (this.query) {
      return html`<div class="empty">${icon("search")}<h2>${t("noMatch")}</h2>
        <button type="button" class="button" @click=${() => this.search("")}>${t("clear")}</button></div>`;
    }
    const elsewhere = ["mine", "open"].includes(desk.list.filter) && desk.list.counts.unassigned > 0;
    return html`<div class="empty">${icon("check")}<h2>${t(desk.list.filter === "resolved" ? "nothingResolved" : "allDone")}</h2>
      <p>${t(desk.list.filter === "resolved" ? "nothingResolvedText" : "allDoneText")}</p>
      ${elsewhere ? html`<button type="button" class="button" @click=${() => desk.go({ filter: "unassigned", id: null })}>${t("seeUnassigned", { n: desk.list.counts.unassigned })}</button>` : nothing}</div>`;
  }
}

customElements.define("hilo-inbox", Inbox);
