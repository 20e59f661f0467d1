import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { Part } from "./common.js";
import { desk } from "./desk.js";
import { t, wear } from "./prefs.js";
import { WORKSPACE_PAGES } from "./settings/pages.js";
import { settingsStyle } from "./settings-style.js";
import "./words-door.js";

wear(settingsStyle);

/** The parts of the list of pages, in their order. */
export const GROUPS = ["you", "people", "texts", "channels", "workspace"];

/**
 * The pages of settings, in the order of their list; `#/settings/<id>` shows one.
 *
 * - `word`: its name, a key of the words
 * - `act`: who may not do this does not see the page; null: everybody sees it
 * - `element`: the custom element that draws it, defined by the module that `load` imports. It
 *   draws its own head with {@link head} of `settings-head.js`
 *
 * @type {{id: string, group: string, word: string, icon: string, act: string | null,
 *     element: string, load: () => Promise<unknown>}[]}
 */
export const PAGES = [
  {
    id: "security",
    group: "you",
    word: "settings.security",
    icon: "shield",
    act: null,
    element: "hilo-security",
    load: () => import("./security.js"),
  },
  ...WORKSPACE_PAGES,
];

/** The pages this person may see. */
export const pages = () => PAGES.filter(({ act }) => act === null || desk.may(act));

/** The list of pages and, beside it, the one that is chosen. */
class Settings extends Part {
  constructor() {
    super(desk.shellChanged);
  }

  /** On a wide window the list alone would leave the rest empty. */
  get page() {
    const known = pages();
    const wanted = desk.settings || (this.narrow ? "" : known[0]?.id);
    return known.find(({ id }) => id === wanted) ?? null;
  }

  get narrow() {
    return matchMedia("(max-width: 719px)").matches;
  }

  willUpdate() {
    const { page } = this;
    if (page?.id === this.shown?.id) return;
    this.shown = page;
    this.body = null;
    this.failed = false;
    if (page) this.fetch(page);
  }

  async fetch(page) {
    try {
      await page.load();
    } catch {
      this.failed = true;
    }
    if (this.shown !== page) return;
    if (!this.failed) this.body = document.createElement(page.element);
    this.requestUpdate();
    if (desk.settings) {
      await this.updateComplete;
      this.querySelector(".settings-page")?.focus({ preventScroll: true });
    }
  }

  open(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    desk.go({ settings: id });
  }

  render() {
    const known = pages();
    return html`<nav class="settings-list" aria-label=${t("settings")}><h1>${t("settings")}</h1>
        ${GROUPS.map((group) => this.group(group, known))}</nav>
      <div class="settings-page" tabindex="-1">${this.content()}</div>`;
  }

  group(group, known) {
    const inside = known.filter((page) => page.group === group);
    if (!inside.length) return nothing;
    return html`<h2 id="settings-${group}">${t(`settings.group.${group}`)}</h2><ul aria-labelledby="settings-${group}">${inside.map(
      ({ id, word, icon: drawing }) => html`<li><a href="#/settings/${id}" data-testid="settings-${id}" aria-current=${this.shown?.id === id ? "page" : nothing}
        @click=${(e) => this.open(e, id)}>${icon(drawing)}<span>${t(word)}</span></a></li>`,
    )}</ul>`;
  }

  content() {
    if (this.body) return this.body;
    if (this.failed)
      return html`<div class="empty">${icon("alert")}<h2>${t("settings.notLoaded")}</h2>
        <button type="button" class="button" @click=${() => location.reload()}>${t("reload")}</button></div>`;
    if (desk.settings && !this.shown)
      return html`<div class="empty">${icon("shield")}<h2>${t("settings.notYours")}</h2><p>${t("settings.notYoursText")}</p>
        <button type="button" class="button" @click=${() => desk.go({ settings: "" })}>${t("settings.all")}</button></div>`;
    return nothing;
  }
}

customElements.define("hilo-settings", Settings);
