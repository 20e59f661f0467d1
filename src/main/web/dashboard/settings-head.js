import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { desk } from "./desk.js";
import { t } from "./prefs.js";

/**
 * The head of a page of settings: its name, one sentence on what it is for, and at the end its
 * main action, usually a button.
 */
export const head = (title, text = "", action = nothing) =>
  html`<header class="settings-head">
    <button type="button" class="icon-button back" aria-label=${t("settings.all")} @click=${() => desk.go({ settings: "" })}>${icon("back")}</button>
    <div class="settings-title"><h1>${title}</h1>${text ? html`<p>${text}</p>` : nothing}</div>${action}</header>`;
