import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { draw, icon } from "../shared/icons.js";
import { rich } from "../shared/rich.js";
import { Follow } from "../shared/signal.js";
import { fullTime, shortTime } from "../shared/time.js";
import { language, t } from "./prefs.js";
import { act, connected, world } from "./world.js";

draw({ pen: "M4 20l1-4L16.5 4.5l3 3L8 19l-4 1ZM14 7l3 3", answer: "M10 6 4 12l6 6M4.5 12H14a6 6 0 0 1 6 6" });

const nameOf = (address) => address.replace(/\s*<.*>$/, "").replaceAll('"', "") || address;

/** Mails of one conversation belong together by References and In-Reply-To, as in any mail program. */
export function threads(mails) {
  const rootOf = new Map();
  const found = new Map();
  for (const mail of mails) {
    const known = [...mail.references, mail.inReplyTo].find((id) => rootOf.has(id));
    const root = rootOf.get(known) ?? mail.references[0] ?? mail.messageId ?? mail.id;
    for (const id of [mail.messageId, ...mail.references]) rootOf.set(id, root);
    found.set(root, [...(found.get(root) ?? []), mail]);
  }
  return [...found.entries()]
    .map(([root, list]) => ({ root, mails: list, last: list.at(-1) }))
    .sort((a, b) => b.last.at - a.last.at);
}

const subjectOf = (subject) => subject.replace(/^((re|aw|rv|res)\s*:\s*)+/i, "");

/** The customer's mail program: threads, reading, writing, and the headers for who wants to see them. */
class DemoMail extends LitElement {
  static properties = { open: { state: true }, draft: { state: true }, fault: { state: true } };

  constructor() {
    super();
    this.open = "";
    this.draft = null;
    this.fault = "";
    new Follow(this, world, connected, language);
  }

  createRenderRoot() {
    return this;
  }

  /** Opens a new mail with this in it, to be sent by hand. */
  fill(subject, body) {
    this.write({ subject, body });
    this.updateComplete.then(() => this.querySelector("textarea")?.focus());
  }

  write(draft = {}) {
    this.fault = "";
    this.draft = { to: world.value?.mail.shop ?? "", subject: "", body: "", ...draft };
  }

  reply(mail) {
    const date = new Intl.DateTimeFormat(language.value, {
      dateStyle: "medium",
      timeStyle: "short",
    }).format(mail.at);
    const intro = t("mail-intro", { date, name: mail.mine ? mail.to : mail.from });
    this.write({
      to: mail.mine ? mail.to : mail.from,
      subject: `Re: ${subjectOf(mail.subject)}`,
      replyTo: mail.id,
      quote: [intro, ...mail.text.trimEnd().split("\n").map((line) => `> ${line}`)].join("\n"),
    });
    this.updateComplete.then(() => this.querySelector("textarea")?.focus());
  }

  async send() {
    const { to, subject, body, replyTo, quote } = this.draft;
    try {
      const sent = await act("mail/send", {
        to,
        subject,
        body: quote ? `${body.trimEnd()}\n\n${quote}\n` : body,
        replyTo,
      });
      this.draft = null;
      this.fault = "";
      this.open = threads(world.value.mail.mails).find((each) =>
        each.mails.some((mail) => mail.id === sent.id),
      )?.root ?? this.open;
    } catch (failure) {
      this.fault = t("not-sent", { why: failure.message });
    }
  }

  show(thread) {
    this.open = thread.root;
    this.draft = null;
  }

  updated() {
    if (this.draft || !world.value) return;
    const thread = threads(world.value.mail.mails).find((each) => each.root === this.open);
    if (thread && thread.last.id !== this.shown) {
      this.shown = thread.last.id;
      const reader = this.querySelector(".mail-reader");
      reader.scrollTop = reader.scrollHeight;
    }
    for (const mail of thread?.mails ?? []) {
      if (mail.unread) act("mail/look", { id: mail.id }).catch(() => {});
    }
  }

  render() {
    const all = threads(world.value?.mail.mails ?? []);
    const thread = all.find((each) => each.root === this.open);
    return html`
      <section class="mail" aria-label="${t("simulator")}: ${t("mail-title")}">
        <header class="mail-head">
          <strong>${t("mail-title")}</strong>
          <small>${world.value?.mail.me ?? ""} · ${t("simulator")}</small>
          <button class="primary" data-testid="mail-new" @click=${() => this.write()}>
            ${icon("pen")}${t("mail-new")}
          </button>
        </header>
        ${connected.value ? nothing : html`<p class="phone-note bad" role="status">${t("offline")}</p>`}
        <div class="mail-panes">
          <ul class="mail-list" aria-label=${t("mail-title")}>
            ${all.length ? nothing : html`<li class="chat-empty">${t("mail-empty")}</li>`}
            ${repeat(all, (each) => each.root, (each) => this.item(each))}
          </ul>
          <div class="mail-reader">
            ${this.draft || thread
              ? html`<button class="mail-back" @click=${() => this.close()}>${icon("back")}${t("back")}</button>`
              : nothing}
            ${this.draft ? this.editor() : thread ? this.thread(thread) : html`<p class="chat-empty">${t("mail-pick")}</p>`}
          </div>
        </div>
      </section>
    `;
  }

  close() {
    if (this.draft) this.draft = null;
    else this.open = "";
  }

  item(thread) {
    const { last, mails, root } = thread;
    const unread = mails.some((mail) => mail.unread);
    return html`<li>
      <button
        class="mail-item ${unread ? "unread" : ""}"
        data-testid="mail-item"
        aria-current=${root === this.open && !this.draft}
        @click=${() => this.show(thread)}
      >
        <span class="mail-from">
          ${last.mine ? t("mail-me") : nameOf(last.from)}
          ${mails.length > 1 ? html`<small>${mails.length}</small>` : nothing}
        </span>
        <time>${shortTime(language.value, last.at)}</time>
        <span class="mail-subject">${subjectOf(last.subject) || t("mail-no-subject")}</span>
        <span class="mail-snippet">${last.text.slice(0, 90)}</span>
      </button>
    </li>`;
  }

  thread({ mails, last }) {
    return html`
      <h2>${subjectOf(mails[0].subject) || t("mail-no-subject")}</h2>
      ${repeat(mails, (mail) => mail.id, (mail) => this.mail(mail))}
      <button class="primary" data-testid="mail-reply" @click=${() => this.reply(last)}>
        ${icon("answer")}${t("mail-reply")}
      </button>
    `;
  }

  mail(mail) {
    const [, visible, quoted] = mail.text.match(/^([\s\S]*?)\n((?:[^\n]*:\n+)?>[\s\S]*)$/) ?? [null, mail.text, ""];
    return html`<article class="mail-one" data-mine=${mail.mine}>
      <header>
        <span class="avatar" aria-hidden="true">${mail.mine ? "AC" : "A"}</span>
        <span>
          <strong>${nameOf(mail.from)}</strong>
          <small>${t("mail-to")}: ${nameOf(mail.to)}</small>
        </span>
        <time>${fullTime(language.value, mail.at)}</time>
      </header>
      <p class="mail-text" data-testid="mail-text">${rich(visible.trimEnd())}</p>
      ${quoted ? html`<details><summary aria-label="…">•••</summary><p class="mail-text quoted">${quoted}</p></details>` : nothing}
      ${mail.attachments.length
        ? html`<p class="mail-files">${t("mail-attachments")}: ${mail.attachments.join(", ")}</p>`
        : nothing}
      <details>
        <summary>${t("mail-headers")}</summary>
        <pre class="mail-headers" data-testid="mail-headers" tabindex="0">${this.headers(mail.headers)}</pre>
      </details>
    </article>`;
  }

  headers(block) {
    return block.split(/\r?\n(?=\S)/).map((line) => {
      const [, name, value] = line.match(/^([^:]+)(:[\s\S]*)$/) ?? [null, line, ""];
      const told = /^(message-id|in-reply-to|references|authentication-results)$/i.test(name);
      return html`<span class=${told ? "told" : ""}><b>${name}</b>${value}\n</span>`;
    });
  }

  editor() {
    const set = (key) => (event) => (this.draft = { ...this.draft, [key]: event.target.value });
    return html`<form
      class="mail-editor"
      @submit=${(event) => {
        event.preventDefault();
        this.send();
      }}
    >
      <label>${t("mail-to")}
        <input data-testid="mail-to" required maxlength="320" .value=${this.draft.to} @input=${set("to")} />
      </label>
      <label>${t("mail-subject")}
        <input data-testid="mail-subject" maxlength="500" .value=${this.draft.subject} @input=${set("subject")} />
      </label>
      <label>${t("mail-body")}
        <textarea data-testid="mail-body" required maxlength="20000" rows="8" .value=${this.draft.body} @input=${set("body")}></textarea>
      </label>
      ${this.draft.quote
        ? html`<details><summary>${t("mail-quoted")}</summary><p class="mail-text quoted">${this.draft.quote}</p></details>`
        : nothing}
      ${this.fault ? html`<p class="phone-note bad" role="alert">${this.fault}</p>` : nothing}
      <div class="row">
        <button class="primary" data-testid="mail-send">${icon("send")}${t("mail-send")}</button>
        <button type="button" class="plain" @click=${() => (this.draft = null)}>${t("mail-discard")}</button>
      </div>
    </form>`;
  }
}

customElements.define("demo-mail", DemoMail);
