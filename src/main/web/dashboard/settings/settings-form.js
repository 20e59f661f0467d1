import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { t } from "../prefs.js";
import { areaField, check, field, lines, selectField, textField } from "./form.js";

/**
 * A form drawn from a description of fields, as `GET /endpoints/types` gives it:
 * `{name, kind, required, default?, choices?, fields?}`.
 */
export class SettingsForm {
  /** What stands for a secret in the vault, by its path; null: it must be given anew. */
  #stored = new Set();

  /**
   * @param {{fields: object[], value: () => object, typed: () => Record<string, string>,
   *     stored: string[], faults: () => Map<string, string>,
   *     change: (settings: object, typed: Record<string, string>) => void}} of `typed`: secrets that
   *     were entered here, by path; `faults`: what the gateway found wrong, by path
   */
  constructor({ fields, value, typed, stored, faults, change }) {
    Object.assign(this, { fields, value, typed, faults, change });
    this.#stored = new Set(stored);
  }

  render() {
    return this.#fields(this.fields, [], this.value());
  }

  /** What must be given, and then what may be left as it is. */
  #fields(fields, at, value) {
    const usual = fields.filter(isUsual);
    const more = fields.filter((each) => !isUsual(each));
    return html`${usual.map((each) => this.#field(each, [...at, each.name], value?.[each.name]))}
      ${more.length ? html`<details class="more"><summary>${t("endpoints.more")}</summary>${more.map((each) => this.#field(each, [...at, each.name], value?.[each.name]))}</details>` : nothing}`;
  }

  #field(of, at, value) {
    const shared = {
      id: `set-${at.join("-")}`,
      label: of.required || of.kind === "boolean" ? nameOf(of.name) : html`${nameOf(of.name)} <span class="muted">${t("optional")}</span>`,
      value: value ?? "",
      required: of.required,
      plain: true,
      placeholder: of.default === undefined || of.default === null ? undefined : String(of.default),
      hint: hintOf(of),
      error: this.faults().get(pathOf(at)),
      change: (text) => this.#set(at, text === "" ? undefined : text),
    };
    switch (of.kind) {
      case "secret":
        return this.#secret(of, at, shared);
      case "number":
        return textField({ ...shared, type: "number", inputmode: "numeric", value: value ?? "", change: (text) => this.#set(at, text === "" ? undefined : Number(text)) });
      case "boolean":
        return check({ id: shared.id, name: shared.label, text: shared.hint, checked: value ?? of.default === true, change: (on) => this.#set(at, on) });
      case "duration":
        return textField({ ...shared, pattern: "\\d+(ms|s|m|h|d)", hint: shared.hint || t("endpoints.durationHint") });
      case "size":
        return textField({ ...shared, pattern: "\\d+(B|KB|MB|GB)", hint: shared.hint || t("endpoints.sizeHint") });
      case "url":
        return textField({ ...shared, type: "url", max: 500 });
      case "choice":
        return selectField({ ...shared, options: [...(of.required ? [] : [["", of.default === undefined ? "–" : t("endpoints.usual", { value: choiceName(of.default) })]]), ...(of.choices ?? []).map((each) => [each, choiceName(each)])] });
      case "list":
        return areaField({ ...shared, rows: 2, value: Array.isArray(value) ? value.join("\n") : "", hint: shared.hint || t("endpoints.listHint"), change: (text) => this.#set(at, text.trim() ? lines(text) : undefined) });
      case "record":
        return html`<fieldset class="form-group framed"><legend>${nameOf(of.name)}</legend>${this.#fields(of.fields ?? [], at, value ?? {})}</fieldset>`;
      case "records":
        return this.#records(of, at, value ?? []);
      default:
        return textField({ ...shared, max: 500 });
    }
  }

  #secret(of, at, shared) {
    const path = pathOf(at);
    const set = this.#stored.has(path);
    return field(
      shared.id,
      html`${shared.label}${set ? html` <span class="chip ok">${icon("check")}${t("endpoints.set")}</span>` : nothing}`,
      html`<input id=${shared.id} type="password" autocomplete="new-password" .value=${this.typed()[path] ?? ""} ?required=${of.required && !set} maxlength="2000"
        placeholder=${set ? t("endpoints.keep") : nothing} aria-describedby="${shared.id}-below" @input=${(e) => this.#type(path, e.target.value)} />`,
      { hint: shared.hint || t("endpoints.secretHint"), error: shared.error },
    );
  }

  #records(of, at, records) {
    return html`<fieldset class="form-group"><legend>${nameOf(of.name)}</legend>
      ${records.map(
        (record, i) => html`<div class="record"><div class="record-head"><strong>${record.name || record.id || t("endpoints.nth", { n: i + 1 })}</strong>
          <button type="button" class="icon-button" aria-label=${t("endpoints.removeRecord", { name: record.name || record.id || i + 1 })} @click=${() => this.#without(at, records, i)}>${icon("bin")}</button></div>
          ${this.#fields(of.fields ?? [], [...at, i], record)}</div>`,
      )}
      <button type="button" class="button small" @click=${() => this.#set(at, [...records, {}])}>${icon("plus")}${t(`endpoints.add.${of.name}`) === of.name ? t("endpoints.add") : t(`endpoints.add.${of.name}`)}</button></fieldset>`;
  }

  /** Those after it move up; what the vault holds for their places is not theirs. */
  #without(at, records, i) {
    const prefix = (n) => `${pathOf([...at, n])}.`;
    const typed = {};
    for (const [path, secret] of Object.entries(this.typed())) {
      const n = records.findIndex((_, each) => path.startsWith(prefix(each)));
      if (n < i) typed[path] = secret;
      else if (n > i) typed[prefix(n - 1) + path.slice(prefix(n).length)] = secret;
    }
    for (const path of [...this.#stored]) {
      if (records.some((_, n) => n >= i && path.startsWith(prefix(n)))) this.#stored.delete(path);
    }
    this.change(put(this.value(), at, records.filter((_, n) => n !== i)), typed);
  }

  #type(path, text) {
    const { [path]: _, ...others } = this.typed();
    this.change(this.value(), text ? { ...others, [path]: text } : others);
  }

  #set(at, value) {
    this.change(put(this.value(), at, value), this.typed());
  }
}

/** Where something stands in the settings, as the gateway names it: `accounts.0.token`. */
const pathOf = (at) => at.join(".");

/** A copy with something in one place; undefined takes it out. */
function put(value, [step, ...rest], what) {
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const next = rest.length ? put(copy[step] ?? (typeof rest[0] === "number" ? [] : {}), rest, what) : what;
  if (next === undefined) delete copy[step];
  else copy[step] = next;
  return copy;
}

/** Whether somebody should see a field without asking for more. */
function isUsual({ required, kind, fields }) {
  return required || ((kind === "record" || kind === "records") && (fields ?? []).some(isUsual));
}

function nameOf(name) {
  const key = `setting.${name}`;
  const word = t(key);
  if (word !== name) return word;
  return `${name[0].toUpperCase()}${name.slice(1).replaceAll("-", " ")}`;
}

function hintOf({ name }) {
  const key = `setting.${name}.hint`;
  const word = t(key);
  return word === "hint" ? "" : word;
}

const choiceName = (choice) => {
  const word = t(`choice.${choice}`);
  return word === choice ? choice : word;
};
