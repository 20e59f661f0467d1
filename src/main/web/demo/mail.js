import { LitElement, html } from "lit";
import { Follow } from "../shared/signal.js";
import "./mail-view.js";
import { language, switches } from "./prefs.js";

/** The mail program alone. */
class DemoMailPage extends LitElement {
  constructor() {
    super();
    new Follow(this, language);
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`<h1 class="unseen">Alma Café</h1><demo-mail bare></demo-mail>${switches()}`;
  }
}

customElements.define("demo-mail-page", DemoMailPage);
