import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { channelOf } from "../shared/channels.js";
import { icon } from "../shared/icons.js";
import { shortTime } from "../shared/time.js";
import { attachButton, attached, attachments, filesOf } from "./attach.js";
import { asked, filled, matching } from "./canned.js";
import { badge, labelOf, Part } from "./common.js";
import { desk } from "./desk.js";
import { drafts, prefs, t } from "./prefs.js";
import { lastUsed } from "./timeline.js";

const SEEN_AFTER_MS = 1500;
const MAX_TEXT = 8000;

/** What `auto` means now: what the gateway chose, else the address last heard from. */
const autoTarget = (addresses) =>
  addresses.find(({ via }) => via === desk.card?.auto?.via) ?? lastUsed(addresses);

/**
 * Where the agent writes: a reply over one of the customer's addresses, or a private note. Keeps
 * the draft per conversation and mode, and remembers what the agent had seen while writing, so
 * that a reply to an outdated view asks once.
 */
class Composer extends Part {
  constructor() {
    super(desk.threadChanged, desk.items.changed);
    this.mode = "reply";
    this.text = "";
    this.route = "auto";
  }

  connectedCallback() {
    super.connectedCallback();
    this.end = desk.live.on((frame) => this.arrived(frame));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.end();
  }

  get field() {
    return this.querySelector("textarea");
  }

  /** What this person may write, the first by default. */
  get modes() {
    return [desk.may("say") ? "reply" : null, desk.may("note") ? "note" : null].filter(Boolean);
  }

  willUpdate() {
    if (this.customer !== desk.current) {
      this.customer = desk.current;
      desk.learnChannels();
      this.route = "auto";
      this.mode = this.modes[0];
      this.canned = null;
      this.text = drafts.get(this.customer, this.mode);
      this.asked = null;
      this.based = undefined;
    }
    if (!this.modes.includes(this.mode)) {
      this.mode = this.modes[0];
      this.text = this.mode ? drafts.get(this.customer, this.mode) : "";
    }
    const files = desk.returned.get(this.customer);
    if (files) {
      desk.returned.delete(this.customer);
      attachments.restore(this.customer, files);
    }
    if (desk.stale && desk.stale !== this.asked) {
      this.asked = desk.stale;
      this.mode = "reply";
      this.route = desk.stale.route;
      this.write([desk.stale.text, this.text.trim()].filter(Boolean).join("\n"));
    }
    if (!this.text.trim() || !this.based) this.based = desk.thread?.have;
  }

  /** A message of somebody else during writing is not counted as seen at once. */
  arrived(frame) {
    if (frame.topic !== desk.topic || !this.text.trim() || this.mode !== "reply") return;
    const events =
      frame.type === "entry"
        ? [frame.event]
        : frame.type === "entries"
          ? frame.entries.map(({ event }) => event)
          : [];
    for (const { t: type, by } of events) {
      if (type !== "MessageAdded") continue;
      if (by?.kind === "customer") this.unseenSince ??= Date.now();
      else if (by?.id !== desk.session.agent.id) this.colleague = true;
    }
    if (!this.unseenSince && !this.colleague) this.based = desk.thread?.have;
  }

  write(text) {
    this.text = text;
    drafts.set(this.customer, this.mode, text);
  }

  typed({ target }) {
    this.write(target.value);
    if (!this.colleague && (!this.unseenSince || Date.now() - this.unseenSince > SEEN_AFTER_MS)) {
      this.unseenSince = undefined;
      this.based = desk.thread?.have;
    }
    if (this.mode === "reply") desk.typing(Boolean(target.value.trim()));
    this.seek();
  }

  /** A slash offers the canned answers. */
  seek() {
    const { value, selectionStart, selectionEnd } = this.field;
    const wanted = selectionStart === selectionEnd ? asked(value, selectionStart) : null;
    const found = wanted ? matching(wanted.query) : [];
    this.canned = found.length ? { ...wanted, found, at: 0 } : null;
    this.requestUpdate();
  }

  keyInCanned(event) {
    const { found, at } = this.canned;
    const step = { ArrowDown: 1, ArrowUp: found.length - 1 }[event.key];
    if (step) this.canned.at = (at + step) % found.length;
    else if (event.key === "Escape") this.canned = null;
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.insert(found[at].answer);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    this.requestUpdate();
    return true;
  }

  async insert(answer) {
    const { value, selectionStart } = this.field;
    const before = value.slice(0, this.canned.from) + filled(answer);
    this.canned = null;
    this.write((before + value.slice(selectionStart)).slice(0, MAX_TEXT));
    this.requestUpdate();
    await this.updateComplete;
    this.field.focus();
    this.field.setSelectionRange(before.length, before.length);
  }

  choose(mode, focus = true) {
    if (!this.modes.includes(mode)) return;
    this.canned = null;
    if (mode !== this.mode) {
      this.mode = mode;
      this.text = drafts.get(this.customer, mode);
      desk.typing(false);
      this.requestUpdate();
    }
    if (focus) this.updateComplete.then(() => this.field?.focus());
  }

  keyInTabs(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    this.choose(this.mode === "reply" ? "note" : "reply", false);
    this.updateComplete.then(() => this.querySelector("[role=tab][aria-selected=true]").focus());
  }

  key(event) {
    if (this.canned && !event.isComposing && this.keyInCanned(event)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.field.blur();
      document.querySelector("hilo-thread .log")?.focus();
      return;
    }
    if (event.altKey && (event.key === "r" || event.key === "n")) {
      event.preventDefault();
      this.choose(event.key === "r" ? "reply" : "note");
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    const touch = matchMedia("(pointer: coarse)").matches;
    if (touch && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.send();
  }

  /** Where a reply goes: what was picked, else what the gateway chose. */
  get target() {
    const addresses = desk.card?.addresses ?? [];
    return addresses.find(({ via }) => via === this.route) ?? autoTarget(addresses);
  }

  /** The longest text that fits. */
  get limit() {
    const can = this.mode === "reply" ? desk.capabilities.get(this.target?.channel) : null;
    return Math.min(MAX_TEXT, can?.textLimit || MAX_TEXT);
  }

  /** Whether the channel takes any files. */
  get takesFiles() {
    return desk.capabilities.get(this.target?.channel)?.media?.length !== 0;
  }

  /** Whether there is anything to send, and nothing of it on its way here. */
  get sendable() {
    const files = this.mode === "reply" ? attachments.of(this.customer) : [];
    if (this.text.trim().length > this.limit) return false;
    return files.length ? attachments.ready(this.customer) : Boolean(this.text.trim());
  }

  send(force = false) {
    const text = this.text.trim();
    if (!this.sendable) return;
    if (this.mode === "note") desk.note(text);
    else {
      const files = attachments.take(this.customer, text);
      for (const content of files.length ? files : [{ type: "text", text }]) {
        desk.say(content, this.route, this.based, force);
      }
    }
    this.write("");
    this.canned = null;
    this.unseenSince = undefined;
    this.colleague = false;
    this.based = undefined;
    desk.stale = null;
    this.field.value = "";
    desk.redraw();
    this.field.focus();
    this.dispatchEvent(new CustomEvent("said", { bubbles: true }));
  }

  keepWriting() {
    desk.stale = null;
    this.colleague = false;
    this.unseenSince = undefined;
    this.based = desk.thread?.have;
    desk.redraw();
    this.field?.focus();
  }

  render() {
    if (!desk.current) return nothing;
    const { modes, canned } = this;
    if (!modes.length) return html`<p class="read-only">${icon("seen")}${t("readOnly")}</p>`;
    const note = this.mode === "note";
    const addresses = desk.card?.addresses ?? [];
    const { target, limit } = this;
    return html`<section class="composer ${note ? "is-note" : ""}" aria-label=${t(note ? "privateNote" : "reply")}>
      ${desk.stale ? this.staleBar() : nothing}
      <div class="composer-tools">
        <div class="tabs" role="tablist" aria-label=${t("writeAs")} @keydown=${this.keyInTabs}>
          ${modes.includes("reply") ? this.tab("reply", "reply", "R") : nothing}${modes.includes("note") ? this.tab("note", "noteTab", "N") : nothing}
        </div>
        ${
          note
            ? html`<span class="only-team">${icon("note")}${t("onlyTeam")}</span>`
            : html`<label class="route">${target ? badge(target.channel, true) : nothing}<span class="hidden">${t("sendVia")}</span>
              <select data-testid="route" ?disabled=${!addresses.length} @change=${(e) => this.pickRoute(e.target.value)}>
                <option value="auto" ?selected=${this.route === "auto"}>${this.auto(addresses)}</option>
                ${addresses.map((address) => html`<option value=${address.via} ?selected=${this.route === address.via}>${this.routeName(address)}</option>`)}
              </select></label>`
        }
      </div>
      ${note ? nothing : this.answered()}${note ? nothing : this.wayHint(target)}
      ${canned ? this.answers(canned) : nothing}
      <div class="composer-box" @dragover=${note ? null : this.over} @dragleave=${this.out} @drop=${note ? null : this.dropped}>
        ${note ? nothing : attached(this.customer)}
        <textarea id="composer" data-testid="composer" rows="2" maxlength=${MAX_TEXT} aria-label=${t(note ? "writeNote" : "writeReply")}
          placeholder=${t(note ? "writeNote" : "writeReplyVia", { channel: target ? channelOf(target.channel).name : "" })}
          aria-autocomplete=${desk.items.of("canned").size ? "list" : nothing} aria-controls=${canned ? "canned" : nothing} aria-activedescendant=${canned ? `canned-${canned.at}` : nothing}
          .value=${live(this.text)} @input=${this.typed} @keydown=${this.key} @blur=${this.left} @paste=${note ? null : this.pasted}></textarea>
        <div class="composer-foot">${note || !this.takesFiles ? nothing : attachButton((files) => this.attach(files))}<span class="hint"><kbd>Enter</kbd> ${t("hintSend")} · <kbd>Shift</kbd>+<kbd>Enter</kbd> ${t("hintLine")}${desk.items.of("canned").size ? html` · ${t("cannedHint")}` : nothing}</span>
          ${this.text.length > limit - Math.min(500, limit / 4) ? html`<span class="left ${this.text.length > limit ? "over" : ""}" data-testid="left">${limit - this.text.length}</span>` : nothing}
          <button type="button" class="button primary send" data-testid="send" ?disabled=${!this.sendable} @click=${() => this.send()}>
            ${t(note ? "addNote" : "send")}${icon(note ? "note" : "send")}</button></div>
      </div>
    </section>`;
  }

  attach(files) {
    if (files.length) attachments.add(this.customer, files);
    this.field?.focus();
  }

  over(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    event.currentTarget.classList.add("is-over");
  }

  out({ currentTarget }) {
    currentTarget.classList.remove("is-over");
  }

  dropped(event) {
    event.preventDefault();
    event.currentTarget.classList.remove("is-over");
    this.attach(filesOf(event.dataTransfer));
  }

  /** A picture of the clipboard; text is pasted as ever. */
  pasted(event) {
    const files = filesOf(event.clipboardData);
    if (!files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    this.attach(files);
  }

  /** The message that this reply names. */
  answered() {
    const { answering } = desk;
    if (answering?.customer !== this.customer) return nothing;
    return html`<p class="answering" data-testid="answering">${icon("reply")}<span>${answering.preview || t("answerThis")}</span>
      <button type="button" class="icon-button" aria-label=${t("discard")} @click=${() => desk.answer(null)}>${icon("close")}</button></p>`;
  }

  left() {
    desk.typing(false);
    this.canned = null;
    this.requestUpdate();
  }

  answers({ found, at }) {
    return html`<ul id="canned" class="menu canned" role="listbox" aria-label=${t("cannedAnswers")}>${found.map(
      ({ answer, key }, i) =>
        html`<li id="canned-${i}" role="option" data-testid="canned" aria-selected=${String(i === at)} @pointerdown=${(e) => e.preventDefault()} @click=${() => this.insert(answer)}><code>/${key}</code><span>${filled(answer)}</span></li>`,
    )}</ul><p class="hidden" role="status">${t("cannedFound", { n: found.length })}</p>`;
  }

  tab(mode, label, key) {
    const chosen = this.mode === mode;
    return html`<button type="button" role="tab" data-testid="tab-${mode}" aria-selected=${String(chosen)} aria-controls="composer" tabindex=${chosen ? 0 : -1}
      @click=${() => this.choose(mode)}>${t(label)}<kbd>${key}</kbd>${!chosen && drafts.get(this.customer, mode) ? html`<span class="has-draft" title=${t("draft")}></span>` : nothing}</button>`;
  }

  pickRoute(route) {
    this.route = route;
    this.requestUpdate();
  }

  auto(addresses) {
    const chosen = autoTarget(addresses);
    return chosen
      ? t("autoRoute", { channel: [channelOf(chosen.channel).name, labelOf(chosen)].filter(Boolean).join(" · ") })
      : t("noRoute");
  }

  routeName(address) {
    const { channel, lastAt, openUntil, obstacle, paid } = address;
    const about = obstacle
      ? t(`obstacle.${obstacle}.short`)
      : openUntil
        ? t("openUntil", { when: shortTime(prefs.locale, openUntil) })
        : lastAt
          ? t("lastUsed", { when: shortTime(prefs.locale, lastAt) })
          : "";
    return [channelOf(channel).name, labelOf(address), about, paid && !obstacle ? t("costs") : ""].filter(Boolean).join(" · ");
  }

  /** Why a reply would not go, or goes another way than the customer came. */
  wayHint(target) {
    const passed = this.route === "auto" ? desk.card?.auto?.passedOver : null;
    const obstacle = target?.obstacle ?? passed;
    if (!obstacle) return nothing;
    return html`<p class="way-hint" role="status" data-testid="way-hint">${icon("alert")}<span>${t(`obstacle.${obstacle}`)}${
      passed && !target?.obstacle ? ` ${t("goesInstead", { channel: channelOf(target.channel).name })}` : ""
    }</span></p>`;
  }

  staleBar() {
    const n = desk.stale.missed.size;
    return html`<div class="stale" role="alert">${icon("alert")}<p><strong>${t("staleTitle", { n: Math.max(1, n) })}</strong> ${t("staleText")}</p>
      <button type="button" class="button" data-testid="keep-writing" @click=${() => this.keepWriting()}>${t("keepWriting")}</button>
      <button type="button" class="button primary" data-testid="send-anyway" @click=${() => this.send(true)}>${t("sendAnyway")}</button></div>`;
  }
}

customElements.define("hilo-composer", Composer);
