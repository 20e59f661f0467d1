import { LitElement, html } from "lit";
import { Follow } from "../shared/signal.js";
import "./phone-view.js";
import { language, switches } from "./prefs.js";

/** The phone alone, for a real one. */
class DemoPhonePage extends LitElement {
  constructor() {
    super();
    new Follow(this, language);
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`<h1 class="unseen">Alma Café</h1><demo-phone bare></demo-phone>${switches()}`;
  }
}

customElements.define("demo-phone-page", DemoPhonePage);
