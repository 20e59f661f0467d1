import { html } from "lit";
import { Part } from "./common.js";
import { desk } from "./desk.js";
import { t } from "./prefs.js";
import { head } from "./settings-head.js";

/** Your account: how you sign in and where you are signed in. */
class Security extends Part {
  constructor() {
    super(desk.shellChanged);
  }

  render() {
    return html`${head(t("settings.security"), t("security.text"))}`;
  }
}

customElements.define("hilo-security", Security);
