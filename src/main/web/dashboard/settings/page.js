import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../../shared/icons.js";
import { Part } from "../common.js";
import { desk } from "../desk.js";
import { t } from "../prefs.js";
import { call, Refusal, why } from "./api.js";
import { Draft, path } from "./draft.js";
import { drop, FILE, itemsOf, keep, newId, personName, sorted } from "./items.js";
import "./style.js";
import { learnWords, spoken } from "./words.js";

/** A page of the settings: what all of them can do. */
export class Page extends Part {
  /** A question that must be answered first; null: none. */
  question = null;

  constructor() {
    super(desk.items.changed, desk.shellChanged);
    this.addEventListener("toggle", (event) => this.placeMenu(event), true);
  }

  render() {
    if (!spoken()) {
      learnWords().then(() => this.requestUpdate());
      return skeletons();
    }
    return html`${this.page()}${this.question ? this.asked(this.question) : nothing}`;
  }

  updated() {
    for (const dialog of this.querySelectorAll("dialog:not([open])")) {
      dialog.showModal();
      if (matchMedia("(pointer: fine)").matches)
        dialog.querySelector(".dialog-body :is(input, textarea, select):not([readonly])")?.focus();
    }
  }

  /** Asks before something that cannot be undone. @param {{title, text, action, run}} question */
  ask(question) {
    this.question = { ...question, busy: false, refusal: null };
    this.requestUpdate();
  }

  asked(question) {
    return html`<dialog class="question" aria-labelledby="question-title" @close=${() => this.closed("question")}>
      <div class="dialog-body"><h2 id="question-title">${question.title}</h2><p>${question.text}</p>${refused(question.refusal)}</div>
      <footer class="dialog-foot"><button type="button" class="button" autofocus @click=${(e) => e.target.closest("dialog").close()}>${t("cancel")}</button>
        <button type="button" class="button danger" data-testid="confirm" ?disabled=${question.busy} @click=${(e) => this.answer(question, e.target.closest("dialog"))}>${question.action}</button></footer></dialog>`;
  }

  async answer(question, dialog) {
    question.busy = true;
    question.refusal = null;
    this.requestUpdate();
    try {
      await question.run();
      dialog.close();
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure;
      question.refusal = failure;
    } finally {
      question.busy = false;
      this.requestUpdate();
    }
  }

  /** A dialog was closed; the focus is back where it was, or at the page if that is gone. */
  closed(which) {
    this[which] = null;
    this.requestUpdate();
    this.updateComplete.then(() => {
      if (document.activeElement === document.body) this.closest(".settings-page")?.focus();
    });
  }

  /** Does something at once; a refusal becomes a toast. */
  async act(run, done) {
    try {
      const answer = await run();
      if (done) desk.toast(done);
      return answer;
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure;
      desk.toast(why(failure), { bad: true });
      return undefined;
    }
  }

  /** The button with what else can be done with a row. @param {{icon, name, run, bad?}[]} acts */
  menu(id, name, acts) {
    if (!acts.length) return nothing;
    return html`<button type="button" class="icon-button" popovertarget="menu-${id}" aria-label=${t("actionsFor", { name })} data-testid="menu">${icon("more")}</button>
      <div id="menu-${id}" popover class="menu" @click=${(e) => e.currentTarget.hidePopover()}>${acts.map(
        (act) => html`<button type="button" class=${act.bad ? "bad" : ""} data-act=${act.id ?? nothing} @click=${act.run}>${icon(act.icon)}<span>${act.name}</span></button>`,
      )}</div>`;
  }

  placeMenu({ target, newState }) {
    if (newState !== "open" || !target.matches?.(".menu")) return;
    const button = target.previousElementSibling.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = target;
    const below = button.bottom + 4 + height < innerHeight;
    target.style.left = `${Math.max(8, Math.min(button.right - width, innerWidth - width - 8))}px`;
    target.style.top = `${Math.max(8, below ? button.bottom + 4 : button.top - height - 4)}px`;
    target.querySelector("button")?.focus();
  }
}

/** A page that is a list of items of one kind, each edited in a form of its own. */
export class ItemsPage extends Page {
  kind = "";
  /** The item being edited; null: none. */
  draft = null;
  query = "";
  /** Whether an item is edited where its row is, rather than in a dialog. */
  inline = false;
  /** Whether the dialog needs more room. */
  wide = false;

  /** The fields of a new item. */
  blank() {
    return {};
  }

  /** What identifies an item to people. */
  nameOf(item) {
    return item.name;
  }

  /** Under which id a new item is kept. */
  idFor(value) {
    return newId(this.nameOf(value), itemsOf(this.kind), this.kind);
  }

  get items() {
    return sorted(this.kind, (item) => this.nameOf(item));
  }

  edit(item) {
    this.draft = new Draft(this.kind, item, this.blank(), () => this.requestUpdate());
    this.question = null;
    this.requestUpdate();
    if (this.inline)
      this.updateComplete.then(() => this.querySelector(".inline-form :is(input, textarea, select)")?.focus());
  }

  updated() {
    super.updated();
    if (this.draft?.overtaken) this.draft.findOut();
  }

  newButton(word) {
    return html`<button type="button" class="button primary" data-testid="new" @click=${() => this.edit(null)}>${icon("plus")}${word}</button>`;
  }

  /** All items as a list, or what to say while there are none. */
  list(empty) {
    const { items } = this;
    const query = this.query.trim().toLowerCase();
    const shown = query ? items.filter((item) => this.text(item).toLowerCase().includes(query)) : items;
    if (!desk.items.known) return skeletons();
    const adding = this.inline && this.draft?.isNew;
    return html`${
      items.length > 7
        ? html`<label class="search finder">${icon("search")}<input type="search" aria-label=${t("findHere")} placeholder=${t("findHere")} .value=${this.query} @input=${(e) => this.find(e.target.value)} /></label>`
        : nothing
    }${
      shown.length || adding
        ? html`<ul class="listing" data-testid="list">${adding ? html`<li class="entry editing">${this.inlineEditor()}</li>` : nothing}${repeat(
            shown,
            ({ id }) => id,
            (item) => this.entry(item),
          )}</ul>`
        : items.length
          ? html`<p class="muted none">${t("noMatch")}</p>`
          : empty
    }`;
  }

  entry(item) {
    return this.inline && this.draft?.base?.id === item.id
      ? html`<li class="entry editing" data-testid="item" data-id=${item.id}>${this.inlineEditor()}</li>`
      : html`<li class="entry" data-testid="item" data-id=${item.id}>${this.row(item)}</li>`;
  }

  find(query) {
    this.query = query;
    this.requestUpdate();
  }

  text(item) {
    return this.nameOf(item);
  }

  /** The button that opens an item: its name, over the whole row. */
  opener(item, body = this.nameOf(item)) {
    return html`<button type="button" class="opener" data-testid="edit" @click=${() => this.edit(item)}>${body}</button>`;
  }

  /** The form of the item being edited, in a dialog. */
  editor() {
    const { draft } = this;
    if (!draft) return nothing;
    return html`<dialog class="sheet ${this.wide ? "wide" : ""}" aria-labelledby="sheet-title" @close=${() => this.closed("draft")} @cancel=${(e) => this.leave(e)}>
      <form class="sheet-form" data-testid="form" @submit=${(e) => this.submit(e)}>
        <header class="dialog-head"><h2 id="sheet-title">${this.heading(draft)}</h2><button type="button" class="icon-button" aria-label=${t("close")} @click=${(e) => this.leave(e)}>${icon("close")}</button></header>
        <div class="dialog-body">${this.overtaken(draft)}${this.form(draft)}</div>
        ${refused(draft.overtaken ? null : draft.refusal)}
        ${draft.leaving ? this.leaving(draft) : this.foot(draft)}</form></dialog>`;
  }

  /** The same form where the row was. */
  inlineEditor() {
    const { draft } = this;
    return html`<form class="inline-form" data-testid="form" aria-label=${this.heading(draft)} @submit=${(e) => this.submit(e)} @keydown=${(e) => e.key === "Escape" && this.leave(e)}>
      ${this.overtaken(draft)}${this.form(draft)}${refused(draft.overtaken ? null : draft.refusal)}
      ${draft.leaving ? this.leaving(draft) : this.foot(draft)}</form>`;
  }

  foot(draft) {
    return html`<footer class="dialog-foot">
      ${draft.isNew ? nothing : html`<button type="button" class="button danger plain" data-testid="remove" @click=${() => this.takeAway(draft.base)}>${t("remove")}</button>`}<span class="spring"></span>
      <button type="button" class="button" @click=${(e) => this.leave(e)}>${t("cancel")}</button>
      <button class="button primary" data-testid="save" ?disabled=${draft.busy}>${this.saveWord(draft)}</button></footer>`;
  }

  saveWord(draft) {
    return t(draft.isNew ? "create" : "save");
  }

  leaving(draft) {
    return html`<footer class="dialog-foot"><strong class="leave">${t("leaveText")}</strong>
      <button type="button" class="button" @click=${() => this.stay(draft)}>${t("keepEditing")}</button>
      <button type="button" class="button danger" data-testid="discard" @click=${(e) => this.shut(e)}>${t("discard")}</button></footer>`;
  }

  /** Somebody changed the item meanwhile: what is typed stays, and one decides. */
  overtaken(draft) {
    if (!draft.overtaken) return nothing;
    const name = draft.by ? personName(draft.by) : t("somebody");
    if (!draft.current)
      return html`<div class="notice" role="alert" data-testid="overtaken">${icon("alert")}<div><strong>${t("removedMeanwhile", { name })}</strong><p>${t("removedMeanwhileText")}</p>
        <p class="notice-acts"><button type="button" class="button small" @click=${() => draft.rebase()}>${t("makeAgain")}</button></p></div></div>`;
    return html`<div class="notice" role="alert" data-testid="overtaken">${icon("alert")}<div><strong>${t("changedMeanwhile", { name })}</strong><p>${t("changedMeanwhileText")}</p>
      <p class="notice-acts"><button type="button" class="button small" data-testid="use-theirs" @click=${() => draft.rebase()}>${t("useTheirs")}</button>
      <button type="button" class="button small" data-testid="keep-mine" @click=${() => draft.rebase(true)}>${t("keepMine")}</button></p></div></div>`;
  }

  leave(event) {
    const { draft } = this;
    if (draft?.dirty && !draft.leaving) {
      event.preventDefault();
      draft.leaving = true;
      this.requestUpdate();
    } else if (event.type !== "cancel") {
      event.preventDefault();
      this.shut(event);
    }
  }

  /** Ends the editing; the focus goes back to where it began. */
  async shut({ target }) {
    const dialog = target.closest?.("dialog");
    if (dialog) return dialog.close();
    const id = this.draft?.base?.id;
    this.draft = null;
    this.requestUpdate();
    await this.updateComplete;
    const back = id ? [...this.querySelectorAll(".entry")].find((entry) => entry.dataset.id === id) : this;
    (back?.querySelector(id ? ".opener" : "[data-testid=new]") ?? this.closest(".settings-page"))?.focus();
    return undefined;
  }

  stay(draft) {
    draft.leaving = false;
    this.requestUpdate();
  }

  async submit(event) {
    event.preventDefault();
    const { draft } = this;
    const { target } = event;
    const wrong = draft.refusal ? null : target.querySelector(".form-error");
    if (wrong) return wrong.scrollIntoView({ block: "center" });
    const saved = await this.save(draft);
    if (saved === undefined || this.draft !== draft) return undefined;
    this.kept(saved, draft);
    if (this.done(draft, saved)) this.shut({ target });
    return undefined;
  }

  /** What was saved is shown at once, before the gateway tells everybody. */
  kept(saved) {
    if (saved) keep(saved);
  }

  /** Saves; undefined: refused. */
  save(draft) {
    const id = draft.isNew ? this.idFor(draft.value) : draft.base.id;
    return draft.put(id, this.body(draft.value, id));
  }

  /** What is sent. */
  body({ rev: _, ...value }, id) {
    return { kind: this.kind, ...value, id };
  }

  /** Whether the form closes after it was saved. */
  done(draft) {
    desk.toast(t(draft.isNew ? "createdToast" : "savedToast", { name: this.nameOf(draft.value) }));
    return true;
  }

  takeAway(item) {
    const name = this.nameOf(item);
    this.ask({
      title: t("removeTitle", { name }),
      text: this.removeText(item),
      action: t("remove"),
      run: async () => {
        await call("DELETE", path(this.kind, item.id));
        drop(this.kind, item.id);
        if (this.draft) await this.shut({ target: this.querySelector("dialog.sheet") ?? this });
        desk.toast(t("removedToast", { name }));
      },
    });
  }

  removeText() {
    return t("removeText");
  }
}

/** Why something was refused, where it was asked for. */
export const refused = (refusal) =>
  refusal
    ? html`<p class="refusal" role="alert" data-testid="refusal">${icon("alert")}<span>${why(refusal)}</span></p>`
    : nothing;

/** What a list says while it is empty. */
export const emptyState = (drawing, title, text, action = nothing) =>
  html`<div class="empty boxed">${icon(drawing)}<h2>${title}</h2><p>${text}</p>${action}</div>`;

export const skeletons = (count = 4) =>
  html`<div class="listing skeletons" aria-hidden="true">${Array.from({ length: count }, () => html`<div class="skeleton"><i></i><b></b><b></b></div>`)}</div>`;

export const chip = (text, tone = "") => html`<span class="chip ${tone}">${text}</span>`;

/** Says that an item stands in the configuration file. */
export const fromFile = ({ rev }) =>
  rev === FILE ? html`<span class="chip quiet" title=${t("fromFileText")}>${icon("file")}${t("fromFile")}</span>` : nothing;
