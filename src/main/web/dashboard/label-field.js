import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { Part } from "./common.js";
import { desk } from "./desk.js";
import { t } from "./prefs.js";

const MOST = 8;

/** How a label of a conversation looks: what the workspace keeps of it, else just its text. */
export const looks = (label) =>
  desk.items.of("label").get(label) ??
  [...desk.items.of("label").values()].find(({ name }) => name === label) ?? { id: label, name: label };

/** Adds a label: one of the workspace's, which it suggests, or any other text. */
class LabelField extends Part {
  constructor() {
    super(desk.items.changed, desk.threadChanged);
    this.query = "";
    this.at = -1;
    this.open = false;
  }

  get found() {
    const query = this.query.trim().toLowerCase();
    const there = new Set((desk.card?.conversation?.labels ?? []).map((label) => looks(label).id));
    return desk.items
      .list("label")
      .filter(({ id, name }) => !there.has(id) && name.toLowerCase().includes(query))
      .slice(0, MOST);
  }

  add(label) {
    this.query = "";
    this.at = -1;
    this.requestUpdate();
    if (label) desk.act("label", { add: [label], remove: [] });
  }

  /** What is typed in full is the workspace's label of that name. */
  submit(event) {
    event.preventDefault();
    const chosen = this.found[this.at]?.id;
    const typed = this.query.trim();
    this.add(chosen ?? (typed && looks(typed).id));
  }

  show(open) {
    this.open = open;
    this.at = -1;
    this.requestUpdate();
  }

  key(event) {
    const n = this.found.length;
    if (event.key === "Escape" && this.open && n) {
      event.stopPropagation();
      this.show(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && n) {
      event.preventDefault();
      this.open = true;
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : this.at < 0 ? n : n - 1)) % n;
      this.requestUpdate();
    }
  }

  render() {
    const { found } = this;
    const open = this.open && found.length > 0;
    return html`<form @submit=${this.submit} @focusout=${(e) => e.currentTarget.contains(e.relatedTarget) || this.show(false)}>
      <input id="label" role="combobox" autocomplete="off" maxlength="40" placeholder=${t("addLabel")} ?disabled=${!desk.online} aria-autocomplete="list" aria-expanded=${String(open)}
        aria-controls=${open ? "known-labels" : nothing} aria-activedescendant=${open && this.at >= 0 ? `known-label-${this.at}` : nothing} .value=${live(this.query)} @keydown=${this.key} @focus=${() => this.show(true)}
        @input=${(e) => {
          this.query = e.target.value;
          this.show(true);
        }} />
      ${
        open
          ? html`<ul id="known-labels" class="menu" role="listbox" aria-label=${t("knownLabels")}>${found.map(
              ({ id, name, colour }, i) =>
                html`<li id="known-label-${i}" role="option" data-testid="known-label" aria-selected=${String(i === this.at)} @pointerdown=${(e) => e.preventDefault()} @click=${() => this.add(id)}><span class="dot" data-colour=${colour ?? nothing}></span>${name}</li>`,
            )}</ul>`
          : nothing
      }</form>`;
  }
}

customElements.define("hilo-label-field", LabelField);
