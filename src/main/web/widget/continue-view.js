import { html, nothing } from "lit";
import { icon } from "../shared/icons.js";
import { speaker } from "../shared/i18n.js";
import { qr } from "../shared/qr.js";
import { CONTINUE_WORDS } from "./continue-words.js";

const RENEW_BEFORE_MS = 3000;
const LIFE_MS = 60_000;

/** The view that hands the conversation to another device: a one-time link, as QR code and as text. */
export class ContinueView {
  constructor(widget) {
    this.widget = widget;
  }

  begin() {
    this.end();
    this.link = null;
    this.failed = false;
    this.copied = false;
    if (this.widget.chat.empty) return;
    this.renew();
    this.timer = setInterval(() => {
      if (this.link && this.link.expires - Date.now() < RENEW_BEFORE_MS) this.renew();
      this.widget.requestUpdate();
    }, 1000);
  }

  end() {
    clearInterval(this.timer);
    this.link = null;
  }

  async renew() {
    if (this.renewing) return;
    this.renewing = true;
    try {
      const { url, expires } = await this.widget.chat.link();
      this.link = { url, expires: expires ?? Date.now() + LIFE_MS, code: qr(url) };
      this.failed = false;
      this.copied = false;
    } catch {
      this.failed = !this.link;
    }
    this.renewing = false;
    this.widget.requestUpdate();
  }

  async copy() {
    await navigator.clipboard?.writeText(this.link.url).catch(() => {});
    this.copied = true;
    this.widget.requestUpdate();
  }

  render() {
    const { t } = this.widget;
    const say = speaker(CONTINUE_WORDS, this.widget.language);
    if (this.widget.chat.empty) {
      return html`<div class="view"><h3>${t("continue")}</h3><p>${say("linkNeedsMessage")}</p>
        <button type="button" class="secondary" @click=${() => this.widget.show("chat")}>${t("back")}</button></div>`;
    }
    if (this.failed) {
      return html`<div class="view"><h3>${t("continue")}</h3><p role="alert">${t("proofFailed")}</p>
        <button type="button" class="primary" @click=${() => this.renew()}>${t("reload")}</button></div>`;
    }
    const { link } = this;
    const size = link?.code.size ?? 1;
    return html`<div class="view"><h3>${t("continue")}</h3><p>${say("continueText")}</p>
      <div class="qr">${
        link
          ? html`<svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" role="img" aria-label=${link.url}><path d=${link.code.path} fill="#000" /></svg>`
          : nothing
      }</div>
      ${
        link
          ? html`<a class="url" data-testid="continue-link" href=${link.url} target="_blank" rel="noopener noreferrer">${link.url}</a>
          <div class="row">
            <button type="button" class="primary" @click=${() => this.copy()}>${icon(this.copied ? "check" : "copy")}${say(this.copied ? "copied" : "copy")}</button>
            ${
              navigator.share
                ? html`<button type="button" class="secondary" @click=${() => navigator.share({ url: link.url }).catch(() => {})}>${icon("share")}${say("share")}</button>`
                : nothing
            }
          </div>
          <p class="small">${say("linkExpires", { n: Math.max(1, Math.ceil((link.expires - Date.now()) / 60_000)) })}</p>`
          : html`<p class="small">${t("loading")}</p>`
      }
    </div>`;
  }
}
