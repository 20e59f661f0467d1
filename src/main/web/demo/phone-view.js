import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { draw, icon } from "../shared/icons.js";
import { rich } from "../shared/rich.js";
import { Follow } from "../shared/signal.js";
import { clock, dayName, sameDay } from "../shared/time.js";
import { language, t } from "./prefs.js";
import { act, connected, typing, world } from "./world.js";

draw({
  once: "M5 12.5 9.5 17 19 7.5",
  twice: "M2 12.5 6.5 17 15 8.5M9.5 14.5l2.5 2.5L22 7",
  list: "M4 7h.01M4 12h.01M4 17h.01M8 7h12M8 12h12M8 17h12",
});

const APPS = {
  whatsapp: { name: "WhatsApp", short: "wa", sub: "business" },
  telegram: { name: "Telegram", short: "tg", sub: "bot" },
};

/**
 * The customer's phone with two chat apps. It tells the shop that messages were read once they are
 * really on the screen. `<demo-phone bare>` fills its place without a frame.
 */
class DemoPhone extends LitElement {
  static properties = { app: { state: true }, drafts: { state: true }, fault: { state: true } };

  constructor() {
    super();
    this.app = "whatsapp";
    this.drafts = { whatsapp: "", telegram: "" };
    this.fault = "";
    this.onScreen = false;
    this.looked = { whatsapp: 0, telegram: Date.now() };
    new Follow(this, world, connected, typing, language);
    this.watcher = new IntersectionObserver(
      ([entry]) => {
        this.onScreen = entry.isIntersecting;
        this.look();
      },
      { threshold: 0.3 },
    );
    this.look = this.look.bind(this);
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.watcher.observe(this);
    document.addEventListener("visibilitychange", this.look);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.watcher.disconnect();
    document.removeEventListener("visibilitychange", this.look);
  }

  /** Puts a text into the app's input, to be sent by hand. */
  fill(app, text) {
    this.show(app);
    this.drafts = { ...this.drafts, [app]: text };
    this.updateComplete.then(() => this.querySelector("textarea")?.focus());
  }

  show(app) {
    this.app = app;
    this.fault = "";
    this.updateComplete.then(() => {
      this.toEnd();
      this.look();
    });
  }

  look() {
    if (!this.onScreen || document.visibilityState !== "visible" || !world.value) return;
    this.looked[this.app] = Date.now();
    if (this.app === "whatsapp" && this.unread("whatsapp") > 0) act("whatsapp/look").catch(() => {});
  }

  unread(app) {
    const messages = world.value?.[app].messages ?? [];
    const unseen =
      app === "whatsapp"
        ? (m) => m.state !== "read"
        : (m) => app !== this.app && m.at > this.looked[app];
    return messages.filter((m) => !m.mine && unseen(m)).length;
  }

  toEnd() {
    const log = this.querySelector(".chat-log");
    if (log) log.scrollTop = log.scrollHeight;
  }

  willUpdate() {
    const last = world.value?.[this.app].messages.at(-1);
    this.grew = last?.id !== this.lastId;
    this.lastId = last?.id;
  }

  updated() {
    if (this.grew) {
      this.toEnd();
      this.look();
    }
  }

  async send() {
    const text = this.drafts[this.app].trim();
    if (!text) return;
    const app = this.app;
    this.drafts = { ...this.drafts, [app]: "" };
    try {
      this.fault = "";
      await act(`${app}/write`, { text });
    } catch (failure) {
      this.drafts = { ...this.drafts, [app]: text };
      this.fault = t("not-sent", { why: failure.message });
    }
  }

  async do(path, body) {
    try {
      await act(path, body);
    } catch (failure) {
      this.fault = t("not-sent", { why: failure.message });
    }
  }

  render() {
    const state = world.value?.[this.app];
    return html`
      <section class="phone ${this.app}" aria-label="${t("simulator")}: ${APPS[this.app].name}">
        <div class="phone-status" aria-hidden="true">
          <span>${clock(language.value, Date.now())}</span><span>${t("simulator")}</span>
        </div>
        ${this.header(state)}
        ${connected.value ? nothing : html`<p class="phone-note bad" role="status">${t("offline")}</p>`}
        ${state ? this.chat(state) : html`<div class="chat-log"></div>`}
        ${this.fault ? html`<p class="phone-note bad" role="alert">${this.fault}</p>` : nothing}
        ${state ? this.bottom(state) : nothing}
        <nav class="phone-apps" aria-label="${t("menu")}">
          ${Object.entries(APPS).map(([key, app]) => this.tab(key, app))}
        </nav>
      </section>
    `;
  }

  tab(key, app) {
    const n = this.unread(key);
    return html`<button
      class="phone-app ${key}"
      data-testid="app-${key}"
      aria-pressed=${key === this.app}
      @click=${() => this.show(key)}
    >
      <span class="phone-app-mark" aria-hidden="true">${key === "whatsapp" ? "W" : "T"}</span>
      ${app.name}
      ${n ? html`<span class="count" aria-label=${t("unread", { n })}>${n}</span>` : nothing}
    </button>`;
  }

  header(state) {
    const app = APPS[this.app];
    return html`<header class="chat-head">
      <span class="avatar" aria-hidden="true">A</span>
      <div>
        <strong>Alma Café</strong>
        <small>${typing.value === this.app ? t("typing") : `${app.name} · ${t(app.sub)}`}</small>
      </div>
      ${this.menu(state)}
    </header>`;
  }

  menu(state) {
    const entry =
      this.app === "whatsapp"
        ? state?.open && ["wa-close", () => this.do("whatsapp/close-window")]
        : state?.started && [
            state.blocked ? "tg-unblock" : "tg-block",
            () => this.do("telegram/block", { on: !state.blocked }),
          ];
    return entry
      ? html`<button class="chat-menu" @click=${entry[1]}>${t(entry[0])}</button>`
      : nothing;
  }

  chat(state) {
    const { messages } = state;
    return html`<div class="chat-log" tabindex="0" role="log" aria-label="Alma Café">
      ${messages.length === 0
        ? html`<p class="chat-empty">${t(`${APPS[this.app].short}-empty`)}</p>`
        : nothing}
      ${repeat(
        messages,
        (message) => message.id,
        (message, i) => html`
          ${i === 0 || !sameDay(messages[i - 1].at, message.at)
            ? html`<p class="chat-day">${dayName(language.value, message.at)}</p>`
            : nothing}
          ${this.bubble(message)}
        `,
      )}
      ${typing.value === this.app
        ? html`<div class="bubble dots" aria-label=${t("typing")}><i></i><i></i><i></i></div>`
        : nothing}
    </div>`;
  }

  bubble(message) {
    const mark = message.mine
      ? html`<span class="ticks ${message.state}" title=${t(message.state)}>
          ${icon(message.state === "sent" ? "once" : "twice")}
          <span class="unseen">${t(message.state)}</span>
        </span>`
      : nothing;
    return html`<div
      class="bubble ${message.mine ? "mine" : ""}"
      data-testid="${APPS[this.app].short}-message"
      data-state=${message.state}
      data-mine=${message.mine}
    >
      ${message.quoted ? html`<blockquote>${message.quoted}</blockquote>` : nothing}
      <p>${rich(message.text)}</p>
      <footer><time>${clock(language.value, message.at)}</time>${mark}</footer>
      ${message.reaction ? html`<span class="reaction">${message.reaction}</span>` : nothing}
      ${message.options.length
        ? html`<div class="options">
            ${message.options.map(
              (option) => html`<button @click=${() => this.choose(message.id, option.id)}>
                ${option.title}
                ${option.description ? html`<small>${option.description}</small>` : nothing}
              </button>`,
            )}
          </div>`
        : nothing}
    </div>`;
  }

  choose(message, option) {
    this.do(this.app === "whatsapp" ? "whatsapp/choose" : "telegram/press", { message, option });
  }

  bottom(state) {
    if (this.app === "telegram" && state.blocked) {
      return html`<p class="phone-note">${t("tg-blocked")}</p>`;
    }
    if (this.app === "telegram" && !state.started) {
      return html`<div class="phone-note">
        <button class="wide" data-testid="tg-start" @click=${() => this.do("telegram/start")}>
          ${t("tg-start")}
        </button>
      </div>`;
    }
    const { short } = APPS[this.app];
    const closed = this.app === "whatsapp" && !state.open && state.messages.length > 0;
    return html`
      ${closed ? html`<p class="phone-note">${t("wa-closed")}</p>` : nothing}
      <form
        class="chat-write"
        @submit=${(event) => {
          event.preventDefault();
          this.send();
        }}
      >
        <textarea
          rows="1"
          maxlength="4096"
          data-testid="${short}-input"
          aria-label=${t("message")}
          placeholder=${t("message")}
          .value=${this.drafts[this.app]}
          @input=${(event) => (this.drafts = { ...this.drafts, [this.app]: event.target.value })}
          @keydown=${(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              this.send();
            }
          }}
        ></textarea>
        <button class="round" data-testid="${short}-send" aria-label=${t("send")}>
          ${icon("send")}
        </button>
      </form>
    `;
  }
}

customElements.define("demo-phone", DemoPhone);
