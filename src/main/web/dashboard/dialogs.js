import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { shortTime } from "../shared/time.js";
import { avatar, badge, Part } from "./common.js";
import { desk } from "./desk.js";
import { FILTERS, VIEW } from "./inbox-list.js";
import { prefs, t } from "./prefs.js";
import { KEYS } from "./keys.js";

const FOUND = 50;

/** A modal dialog that opens itself and tells the desk when it closes. */
class Modal extends Part {
  firstUpdated() {
    const dialog = this.querySelector("dialog");
    dialog.addEventListener("close", () => desk.open(null));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.showModal();
  }

  close() {
    this.querySelector("dialog").close();
  }

  head(title) {
    return html`<header class="dialog-head"><h2>${title}</h2><button type="button" class="icon-button" aria-label=${t("close")} @click=${() => this.close()}>${icon("close")}</button></header>`;
  }
}

/** Joins the open conversation with another one. */
class JoinDialog extends Modal {
  constructor() {
    super(desk.inboxChanged, desk.threadChanged);
    this.query = "";
    this.others = {};
    this.find();
  }

  async find() {
    for (const filter of ["open", "resolved"]) {
      const answer = await fetch(`/api/v1/inbox?filter=${filter}`).catch(() => null);
      if (answer?.ok) this.others = { ...this.others, ...(await answer.json()).rows };
    }
    this.requestUpdate();
  }

  get found() {
    const query = this.query.trim().toLowerCase();
    return Object.values({ ...this.others, ...desk.list.rows })
      .filter(
        (row) =>
          row.id !== desk.current && (!query || `${row.name} ${row.snippet}`.toLowerCase().includes(query)),
      )
      .sort((a, b) => b.at - a.at)
      .slice(0, FOUND);
  }

  render() {
    return html`<dialog class="join" aria-label=${t("joinTitle")}>${this.head(t("joinTitle"))}
      ${this.picked ? this.preview() : this.search()}</dialog>`;
  }

  search() {
    const { found } = this;
    return html`<div class="dialog-body"><p>${t("joinText", { name: desk.name })}</p>
        <label class="search">${icon("search")}<input type="search" autofocus aria-label=${t("search")} placeholder=${t("search")} @input=${(
          e,
        ) => {
          this.query = e.target.value;
          this.requestUpdate();
        }} /></label>
        <ul class="picks">${found.map(
          (
            row,
          ) => html`<li><button type="button" data-testid="join-pick" data-id=${row.id} @click=${() => this.pick(row)}>
          ${avatar(row.name, row.id)}<span class="row-main"><span class="row-line"><span class="row-name">${row.name || t("nameless")}</span><time>${shortTime(prefs.locale, row.at)}</time></span>
          <span class="row-line"><span class="row-snippet">${row.snippet}</span><span class="row-channels">${(row.channels ?? []).map((channel) => badge(channel, true))}</span></span></span></button></li>`,
        )}</ul>
        ${found.length ? nothing : html`<p class="muted">${t("noMatch")}</p>`}</div>`;
  }

  pick(row) {
    this.picked = row;
    this.requestUpdate();
    this.updateComplete.then(() => this.querySelector(row ? "[data-testid=join-confirm]" : "input")?.focus());
  }

  preview() {
    const here = [
      ...new Set(desk.card?.addresses?.map(({ channel }) => channel) ?? desk.row?.channels ?? []),
    ];
    const side = (name, id, channels) =>
      html`<div class="join-side">${avatar(name, id)}<strong>${name}</strong><span class="row-channels">${channels.map((channel) => badge(channel))}</span></div>`;
    return html`<div class="dialog-body"><div class="join-pair">${side(desk.name, desk.current, here)}<span class="plus">${icon("link")}</span>
          ${side(this.picked.name || t("nameless"), this.picked.id, this.picked.channels ?? [])}</div>
        <div class="warning">${icon("alert")}<div><strong>${t("joinWarnTitle")}</strong><p>${t("joinWarn")}</p></div></div></div>
      <footer class="dialog-foot"><button type="button" class="button" @click=${() => this.pick(null)}>${t("back")}</button>
        <button type="button" class="button primary" data-testid="join-confirm" ?disabled=${this.busy || !desk.online} @click=${() => this.join()}>${icon("link")}${t("join")}</button></footer>`;
  }

  async join() {
    this.busy = true;
    this.requestUpdate();
    const done = await desk.act("join", { with: this.picked.id });
    this.busy = false;
    this.requestUpdate();
    if (!done) return;
    this.close();
    desk.toast(t("joinedToast"));
  }
}

/** Ctrl+K: conversations and commands by name. */
class Palette extends Modal {
  constructor() {
    super(desk.inboxChanged, desk.items.changed);
    this.query = "";
    this.at = 0;
  }

  get choices() {
    const commands = [
      ...FILTERS.map((filter) => ({
        icon: "inbox",
        name: `${t("inbox")}: ${t(`filter.${filter}`)}`,
        run: () => desk.go({ filter, id: null }),
      })),
      ...desk.items.list("view").map(({ id, name }) => ({
        icon: "inbox",
        name: `${t("inbox")}: ${name}`,
        run: () => desk.go({ filter: VIEW + id, id: null }),
      })),
      ...(desk.current
        ? [
            { act: "resolve", icon: "check", name: t("resolve"), run: () => desk.resolve() },
            {
              act: "assign",
              icon: "user",
              name: t("assignMe"),
              run: () => desk.act("assign", { to: "me" }),
            },
            { act: "join", icon: "link", name: t("joinWith"), run: () => desk.open("join") },
          ].filter(({ act }) => desk.may(act))
        : []),
      { icon: "gear", name: t("settings"), run: () => desk.go({ settings: "" }) },
      { icon: "shield", name: t("account"), run: () => desk.go({ settings: "security" }) },
      { icon: "keyboard", name: t("shortcuts"), run: () => desk.open("keys") },
      { icon: "moon", name: t("themeDark"), run: () => this.theme("dark") },
      { icon: "moon", name: t("themeLight"), run: () => this.theme("light") },
    ];
    const rows = desk.list.order
      .map((id) => desk.list.rows[id])
      .filter(Boolean)
      .map((row) => ({
        row,
        name: row.name || t("nameless"),
        run: () => desk.go({ id: row.id, pane: "thread" }),
      }));
    const query = this.query.trim().toLowerCase();
    const match = ({ name, row }) => `${name} ${row?.snippet ?? ""}`.toLowerCase().includes(query);
    return query
      ? [...rows.filter(match).slice(0, 8), ...commands.filter(match)]
      : [...rows.slice(0, 5), ...commands];
  }

  theme(theme) {
    prefs.set({ theme });
    desk.redraw();
  }

  key(event) {
    const { choices } = this;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : choices.length - 1;
      this.at = (this.at + by) % Math.max(1, choices.length);
      this.requestUpdate();
      this.updateComplete.then(() =>
        this.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }),
      );
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.run(choices[this.at]);
    }
  }

  run(choice) {
    if (!choice) return;
    this.close();
    setTimeout(choice.run);
  }

  render() {
    const { choices } = this;
    return html`<dialog class="palette" aria-label=${t("palette")}>
      <label class="search big">${icon("search")}<input autofocus role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant=${choices.length ? `choice-${this.at}` : nothing}
        aria-label=${t("palette")} placeholder=${t("paletteHint")} @keydown=${this.key} @input=${(e) => {
          this.query = e.target.value;
          this.at = 0;
          this.requestUpdate();
        }} /></label>
      <ul id="palette-list" role="listbox" aria-label=${t("palette")}>${choices.map(
        (
          choice,
          i,
        ) => html`<li id="choice-${i}" role="option" aria-selected=${String(i === this.at)} @click=${() => this.run(choice)} @pointermove=${() => this.point(i)}>
          ${choice.row ? avatar(choice.name, choice.row.id, true) : icon(choice.icon)}<span>${choice.name}</span>${choice.row ? html`<small>${choice.row.snippet}</small>` : nothing}</li>`,
      )}</ul>
      ${choices.length ? nothing : html`<p class="muted none">${t("noMatch")}</p>`}</dialog>`;
  }

  point(i) {
    if (i === this.at) return;
    this.at = i;
    this.requestUpdate();
  }
}

/** `?`: what the keyboard does. */
class KeysDialog extends Modal {
  render() {
    return html`<dialog class="keys" aria-label=${t("shortcuts")}>${this.head(t("shortcuts"))}
      <div class="dialog-body"><dl>${KEYS.map(([keys, word]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${t(word)}</dd></div>`)}</dl></div></dialog>`;
  }
}

customElements.define("hilo-join", JoinDialog);
customElements.define("hilo-palette", Palette);
customElements.define("hilo-keys", KeysDialog);
