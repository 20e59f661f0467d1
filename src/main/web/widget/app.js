import { blobPath } from "../shared/files.js";
import { LitElement, html, nothing } from "lit";
import { pickLanguage, regional, speaker } from "../shared/i18n.js";
import { Follow } from "../shared/signal.js";
import { Chat } from "./chat.js";
import { connectionBar, conversation, faultView, header, menuCard } from "./panel.js";
import { style } from "./style.js";
import { WORDS } from "./words.js";

const NEAR_END = 80;
const PHONE = "(max-width: 479px)";
const DRAWINGS = {
  open: "M21 12a8 8 0 0 1-8 8H4l1.8-3.1A8 8 0 1 1 21 12ZM9 10.5h7M9 14h4",
  close: "M6 9.5l6 6 6-6",
};

/** The chat of one inbox: launcher (drawn by the loader), panel, and the views inside it. */
export class HiloWidget extends LitElement {
  static properties = Object.fromEntries(
    ["opened", "view", "menu", "below", "leaving", "phone"].map((name) => [name, { state: true }]),
  );

  createRenderRoot() {
    const drawn = [...(this.shadowRoot?.adoptedStyleSheets ?? [])];
    const root = super.createRenderRoot();
    root.adoptedStyleSheets = [...drawn, style.styleSheet];
    return root;
  }

  /** @param {{inbox: string, origin: string, link?: string, page?: boolean, lang?: string, theme?: string, color?: string, greeting?: string}} config */
  begin(config) {
    this.config = config;
    this.chat = new Chat(config);
    this.continueView = null;
    this.listeners = new Map();
    this.blobs = new Map();
    this.opened = false;
    this.view = "chat";
    this.menu = false;
    this.below = 0;
    this.atEnd = true;
    const kept = this.chat.shelf.read();
    this.theme = kept.theme ?? config.theme ?? "auto";
    this.draft = kept.draft ?? "";
    this.speak(pickLanguage(kept.language, config.lang, document.documentElement.lang, navigator.languages));
    new Follow(this, this.chat.changed);
    this.chat.arrived = (events) => this.announce(events);
    this.launcher =
      this.renderRoot?.querySelector(".launcher") ?? this.shadowRoot?.querySelector(".launcher");
    const phone = matchMedia(PHONE);
    this.phone = phone.matches;
    phone.addEventListener("change", () => (this.phone = phone.matches));
    visualViewport?.addEventListener("resize", () => this.fit());
    visualViewport?.addEventListener("scroll", () => this.fit());
    document.addEventListener("visibilitychange", () => this.look());
    addEventListener("pagehide", () => this.chat.shelf.write({ draft: this.draft || undefined }));
    if (config.page) this.open(false);
    else if (kept.open && !this.phone) this.open(false);
    else if (this.chat.known) this.chat.connect();
  }

  get online() {
    return this.chat.live.status.value === "open";
  }

  get full() {
    return this.phone || this.config?.page;
  }

  speak(language) {
    this.language = language;
    this.locale = regional(language);
    this.t = speaker(WORDS, language);
    this.requestUpdate();
  }

  open(byHand = true) {
    if (this.opened) return;
    this.opened = true;
    this.fresh = byHand;
    this.atEnd = true;
    this.chat.connect();
    this.chat.shelf.write({ open: true });
    this.fit();
    this.lockPage(this.phone && !this.config.page);
    this.emit("open");
    if (byHand) {
      this.updateComplete.then(() => {
        const touch = matchMedia("(pointer: coarse)").matches;
        (touch ? this.find(".panel") : this.find("textarea"))?.focus();
      });
    }
  }

  close() {
    if (!this.opened || this.config.page) return;
    this.opened = false;
    this.menu = false;
    this.view = "chat";
    this.chat.shelf.write({ open: undefined });
    this.lockPage(false);
    this.launcher?.focus();
    this.emit("close");
  }

  toggle() {
    if (this.opened) this.close();
    else this.open();
  }

  lockPage(on) {
    const page = document.documentElement.style;
    if (on) {
      this.pageOverflow ??= page.overflow;
      page.overflow = "hidden";
    } else if (this.pageOverflow !== undefined) {
      page.overflow = this.pageOverflow;
      this.pageOverflow = undefined;
    }
  }

  /** On a phone the panel is what the keyboard leaves visible. */
  fit() {
    if (!this.full || !visualViewport) return;
    this.style.setProperty("--hilo-height", `${Math.round(visualViewport.height)}px`);
    this.style.setProperty("--hilo-top", `${Math.round(visualViewport.offsetTop)}px`);
    if (this.atEnd) this.toEnd();
  }

  find(selector) {
    return this.renderRoot.querySelector(selector);
  }

  emit(name, detail) {
    for (const listener of this.listeners.get(name) ?? []) listener(detail);
  }

  announce(events) {
    if (events.length) this.emit("message", { count: events.length });
    if (!this.atEnd || !this.opened) this.below += events.length;
    const said = events.filter(({ by }) => by?.kind === "agent");
    if (!said.length || !this.opened) return;
    const line = document.createElement("p");
    const last = said.at(-1);
    line.textContent =
      said.length > 1
        ? this.t("newMessages", { n: said.length })
        : `${last.by.name ?? this.t("team")}: ${last.body.content?.text ?? this.t("newMessages", { n: 1 })}`;
    const log = this.find(".announcer");
    log?.append(line);
    while (log?.childElementCount > 5) log.firstElementChild.remove();
  }

  willUpdate() {
    const log = this.find?.(".log");
    this.previous = log && { height: log.scrollHeight, top: log.scrollTop, first: this.firstId };
    this.firstId = this.chat?.thread?.entries[0]?.event.id;
  }

  updated() {
    if (!this.chat) return;
    const log = this.find(".log");
    if (log && this.opened) {
      if (log !== this.watched) {
        this.watched = log;
        this.grown ??= new ResizeObserver(() => this.atEnd && this.toEnd());
        this.grown.disconnect();
        this.grown.observe(log);
        this.grown.observe(log.querySelector("ol"));
      }
      if (this.atEnd) this.toEnd();
      else if (this.previous && this.previous.first !== this.firstId) {
        log.scrollTop = this.previous.top + log.scrollHeight - this.previous.height;
      }
    }
    this.look();
    this.drawLauncher();
  }

  /** What is on screen is read: visible page, open panel, end of the transcript in view. */
  look() {
    if (this.opened && this.view === "chat" && this.atEnd && document.visibilityState === "visible") {
      this.chat.markSeen();
    }
  }

  drawLauncher() {
    const n = this.chat.unread;
    if (n !== this.shownUnread) {
      this.shownUnread = n;
      this.emit("unread", n);
      const title = document.title.replace(/^\(\d+\+?\) /, "");
      const wanted = n ? `(${n > 99 ? "99+" : n}) ${title}` : title;
      if (document.title !== wanted) document.title = wanted;
    }
    const button = this.launcher;
    if (!button) return;
    const name = this.opened ? this.t("close") : n ? this.t("openUnread", { n }) : this.t("open");
    button.setAttribute("aria-label", name);
    button.setAttribute("aria-expanded", String(this.opened));
    button.querySelector("path").setAttribute("d", DRAWINGS[this.opened ? "close" : "open"]);
    let badge = button.querySelector(".badge");
    if (n && !this.opened) {
      if (!badge) {
        badge = document.createElement("span");
        badge.className = "badge";
        badge.setAttribute("aria-hidden", "true");
        button.append(badge);
      }
      badge.textContent = n > 99 ? "99+" : String(n);
    } else badge?.remove();
  }

  toEnd() {
    const log = this.find(".log");
    if (!log) return;
    log.scrollTop = log.scrollHeight;
    this.lastTop = log.scrollTop;
  }

  scrolled({ currentTarget: log }) {
    // Content that grows below is no reason to leave the end, only scrolling up is.
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    this.atEnd = near || (this.atEnd && log.scrollTop >= this.lastTop);
    this.lastTop = log.scrollTop;
    if (this.atEnd) {
      if (this.below) this.below = 0;
      this.look();
    }
    if (log.scrollTop < 200) this.chat.older();
  }

  send(event) {
    event?.preventDefault();
    const field = this.find("textarea");
    const text = field.value.trim();
    if (!text) return;
    this.draft = "";
    field.value = "";
    field.style.height = "";
    this.atEnd = true;
    this.below = 0;
    this.chat.say({ type: "text", text });
    this.requestUpdate();
    field.focus();
  }

  typed({ target }) {
    this.draft = target.value;
    this.chat.typed(target.value.trim());
    if (!CSS.supports("field-sizing", "content")) {
      target.style.height = "auto";
      target.style.height = `${target.scrollHeight}px`;
    }
    this.requestUpdate();
  }

  keyInField(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.send(event);
  }

  keyInPanel(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (this.menu) this.menu = false;
    else if (this.view !== "chat") this.show("chat");
    else this.close();
  }

  show(view) {
    this.menu = false;
    this.leaving = false;
    this.view = view;
    this.continueView?.end();
    if (view === "continue") this.showContinue();
    this.updateComplete.then(() => (this.find(".view button, .view a") ?? this.find("textarea") ?? this.find(".panel"))?.focus());
  }

  /** The QR code and its view are fetched when somebody wants them. */
  async showContinue() {
    const { ContinueView } = await import("./continue-view.js");
    this.continueView ??= new ContinueView(this);
    if (this.view === "continue") this.continueView.begin();
    this.requestUpdate();
  }

  blobUrl(blob) {
    if (!this.blobs.has(blob)) {
      this.blobs.set(blob, null);
      this.fetchBlob(blob).then((data) => {
        if (!data) return;
        this.blobs.set(blob, URL.createObjectURL(data));
        this.requestUpdate();
      });
    }
    return this.blobs.get(blob);
  }

  async fetchBlob(blob) {
    const { token } = this.chat.shelf.read();
    const answer = await fetch(`${this.chat.origin}${blobPath(blob)}`, {
      headers: { authorization: `Bearer ${token}` },
    }).catch(() => null);
    return answer?.ok ? answer.blob() : null;
  }

  async download(blob, name) {
    const data = await this.fetchBlob(blob);
    if (!data) return;
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(data);
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
  }

  render() {
    if (!this.chat) return nothing;
    const { t } = this;
    const theme = this.theme === "auto" ? nothing : this.theme;
    return html`<div class="root" theme=${theme} lang=${this.language} ?hidden=${!this.opened}
        ?full=${this.full} ?page=${this.config.page} ?branded=${this.hasAttribute("branded")}>
      <section class="panel" part="panel" data-testid="panel" role="dialog" tabindex="-1" aria-modal=${this.phone ? "true" : "false"}
          aria-label=${this.heading()} ?data-fresh=${this.fresh} @keydown=${this.keyInPanel}>
        ${header(this)}
        ${connectionBar(this)}
        <div class="body">
          ${this.menu ? menuCard(this) : nothing}
          ${this.chat.fault ? faultView(this) : this.view === "continue" ? (this.continueView?.render() ?? nothing) : conversation(this)}
        </div>
        <div class="announcer hidden" role="log" aria-live="polite" aria-relevant="additions" aria-label=${t("panel")}></div>
        <div class="hidden" role="status">${this.chat.pending.some(({ state }) => state === "failed") ? t("failed") : ""}</div>
      </section>
    </div>`;
  }

  heading() {
    return this.chat.inboxInfo?.name || this.t("title");
  }

  choose({ language, theme }) {
    if (language) this.speak(language);
    if (theme) this.theme = theme;
    this.chat.shelf.write(language ? { language } : { theme });
    this.requestUpdate();
  }

  enterCode() {
    this.show("chat");
    this.chat.askForCode();
    this.updateComplete.then(() => this.find(".proof input")?.focus());
  }

  leave() {
    this.chat.reset();
    this.chat.shelf.tell({ reset: true });
    this.menu = false;
    this.leaving = false;
    if (this.config.page) this.chat.fault = "bad-link";
    else if (this.opened) {
      this.chat.shelf.write({ open: true });
      this.chat.connect();
    }
    this.requestUpdate();
  }

  jump() {
    this.atEnd = true;
    this.below = 0;
    this.toEnd();
    this.find("textarea")?.focus();
  }

  submitCode(event) {
    event.preventDefault();
    const code = this.find(".proof input").value.replace(/\s/g, "");
    if (code) this.chat.prove(code);
  }
}

/**
 * Makes the loader's element (or any `hilo-widget`) live and returns what `window.Hilo` offers.
 *
 * @param {HTMLElement} host
 */
export function start(host, config) {
  if (!customElements.get("hilo-widget")) customElements.define("hilo-widget", HiloWidget);
  customElements.upgrade(host);
  host.begin(config);
  return {
    open: () => host.open(),
    close: () => host.close(),
    toggle: () => host.toggle(),
    context: (values) => host.chat.context(values),
    locale: (language) => host.choose({ language: pickLanguage(language) }),
    reset: () => host.leave(),
    on(name, listener) {
      const known = host.listeners.get(name) ?? [];
      host.listeners.set(name, [...known, listener]);
      if (name === "ready") listener();
    },
  };
}
