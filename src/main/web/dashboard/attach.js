import { html, nothing } from "lit";
import { Refused, blobPath, isPicture, upload } from "../shared/files.js";
import { icon } from "../shared/icons.js";
import { ulid } from "../shared/ids.js";
import { byteSize } from "../shared/time.js";
import { desk } from "./desk.js";
import { prefs, t } from "./prefs.js";

const MOST = 10;

/** The files that wait beside the words of a reply, for each conversation; they are on their way already. */
class Attachments {
  #of = new Map();

  of(customer) {
    return this.#of.get(customer) ?? [];
  }

  /** True if none is still on its way or was refused. */
  ready(customer) {
    return this.of(customer).every(({ sent }) => sent);
  }

  add(customer, files) {
    const room = MOST - this.of(customer).length;
    const some = [...files].slice(0, room);
    if (files.length > room) desk.toast(t("attachTooMany", { n: MOST }), { bad: true });
    const items = some.map((file) => ({
      id: ulid(),
      file,
      name: file.name || t("media.file"),
      share: 0,
      stop: new AbortController(),
      preview: isPicture(file.type) ? URL.createObjectURL(file) : null,
    }));
    this.#of.set(customer, [...this.of(customer), ...items]);
    for (const item of items) this.#send(customer, item);
    desk.redraw();
  }

  async #send(customer, item) {
    item.failed = null;
    item.share = 0;
    try {
      item.sent = await upload({
        url: `/api/v1/customers/${customer}/files?name=${encodeURIComponent(item.name)}`,
        file: item.file,
        signal: item.stop.signal,
        progress: (share) => {
          item.share = share;
          desk.redraw();
        },
      });
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      item.failed = refused.problem.code === "offline" ? t("needsConnection") : refused.problem.title;
    }
    desk.redraw();
  }

  /** What was uploaded before and is not sent yet. */
  restore(customer, contents) {
    const items = contents.map(({ type, caption, ...sent }) => ({
      id: ulid(),
      file: { size: sent.size },
      name: sent.name || t("media.file"),
      share: 1,
      stop: new AbortController(),
      preview: isPicture(sent.mime) ? blobPath(sent.blob) : null,
      sent,
    }));
    this.#of.set(customer, [...this.of(customer), ...items]);
  }

  retry(customer, item) {
    this.#send(customer, item);
    desk.redraw();
  }

  remove(customer, item) {
    item.stop.abort();
    if (item.preview) URL.revokeObjectURL(item.preview);
    this.#of.set(
      customer,
      this.of(customer).filter((each) => each !== item),
    );
    desk.redraw();
  }

  /** Takes them all, as the contents of messages; `caption` goes with the first. */
  take(customer, caption) {
    const all = this.of(customer);
    this.#of.delete(customer);
    for (const { preview } of all) if (preview) URL.revokeObjectURL(preview);
    return all.map(({ sent }, i) => ({
      type: "media",
      ...sent,
      ...(caption && i === 0 ? { caption } : {}),
    }));
  }
}

export const attachments = new Attachments();

/** Files of a drop or of a paste. */
export const filesOf = (transfer) =>
  [...(transfer?.items ?? [])].filter(({ kind }) => kind === "file").map((item) => item.getAsFile());

export const attachButton = (pick) =>
  html`<label class="icon-button attach" title=${t("attach")}>${icon("clip")}<span class="hidden">${t("attach")}</span>
    <input type="file" multiple class="hidden" data-testid="attach" @change=${({ target }) => {
      pick(target.files);
      target.value = "";
    }} /></label>`;

export function attached(customer) {
  const all = attachments.of(customer);
  return all.length
    ? html`<ul class="attached" aria-label=${t("attachedFiles")}>${all.map((item) => chip(customer, item))}</ul>`
    : nothing;
}

function chip(customer, item) {
  const { name, file, failed, sent, share, preview } = item;
  const state = failed ? "failed" : sent ? "ready" : "sending";
  const what = failed ?? (sent ? byteSize(prefs.locale, file.size) : t("uploading", { n: Math.round(share * 100) }));
  return html`<li data-testid="attached" data-state=${state}>
    ${preview ? html`<img src=${preview} alt="" />` : icon("file")}
    <span class="file-name">${name}<small role=${failed ? "alert" : nothing}>${what}</small>
      ${state === "sending" ? html`<progress max="1" .value=${share} aria-label=${t("uploading", { n: Math.round(share * 100) })}></progress>` : nothing}</span>
    ${failed ? html`<button type="button" class="linkish" @click=${() => attachments.retry(customer, item)}>${t("retry")}</button>` : nothing}
    <button type="button" class="icon-button" aria-label=${t("removeFile", { name })} @click=${() => attachments.remove(customer, item)}>${icon("close")}</button>
  </li>`;
}
