import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { t } from "../prefs.js";
import { areaField, check, field, lines, selectField, textField } from "./form.js";

/**
 * A form drawn from a description of fields, as `GET /endpoints/types` gives it:
 * `{name, kind, required, default?, choices?, fields?, of?}`.
 */
export class SettingsForm {
  /**
   * @param {{fields: object[], value: () => object, typed: () => Record<string, string | null>,
   *     before: object, stored: string[], faults: () => Map<string, string>,
   *     change: (settings: object, typed: Record<string, string | null>) => void}} of
   *     `typed`: secrets that were entered here, by path, null for one to be taken away; `before`:
   *     the settings as they are kept, with the paths of their secrets in `stored`; `faults`: what
   *     the gateway found wrong, by path
   */
  constructor({ fields, value, typed, before, stored, faults, change }) {
    Object.assign(this, { fields, value, typed, before, faults, change });
    this.stored = new Set(stored);
  }

  /** Whether the vault holds something for this place; a record's secrets follow its id. */
  #holds(at) {
    let now = this.value();
    let then = this.before;
    const path = at.map((step) => {
      let place = step;
      if (typeof step === "number" && now?.[step]?.id !== undefined) {
        place = (then ?? []).findIndex((each) => each?.id === now[step].id);
      }
      now = now?.[step];
      then = then?.[place];
      return place;
    });
    return this.stored.has(pathOf(path));
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
        return of.of === "secret" ? this.#secrets(of, at) : areaField({ ...shared, rows: 2, value: Array.isArray(value) ? value.join("\n") : "", hint: shared.hint || t("endpoints.listHint"), change: (text) => this.#set(at, text.trim() ? lines(text) : undefined) });
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
    const set = this.#holds(at);
    return field(
      shared.id,
      html`${shared.label}${set ? html` <span class="chip ok">${icon("check")}${t("endpoints.set")}</span>` : nothing}`,
      this.#entry(shared.id, path, { set, required: of.required, wrong: shared.error }),
      { hint: shared.hint || t("endpoints.secretHint"), error: shared.error },
    );
  }

  #entry(id, path, { set, required, wrong, label = nothing }) {
    return html`<input id=${id} type="password" autocomplete="new-password" .value=${this.typed()[path] ?? ""} ?required=${required && !set} maxlength="2000"
      placeholder=${set ? t("endpoints.keep") : nothing} aria-label=${label} aria-invalid=${wrong ? "true" : nothing} aria-describedby="${id}-below" @input=${(e) => this.#type(path, e.target.value)} />`;
  }

  /** Several secrets, any of which may be used: those that are kept, and new ones. */
  #secrets(of, at) {
    const typed = this.typed();
    const prefix = `${pathOf(at)}.`;
    const all = [...this.stored, ...Object.keys(typed)].filter((path) => path.startsWith(prefix));
    const places = [...new Set(all.map((path) => Number(path.slice(prefix.length))))].sort((a, b) => a - b);
    const shown = places.filter((n) => typed[prefix + n] !== null);
    if (!shown.length) shown.push((places.at(-1) ?? -1) + 1);
    const id = `set-${at.join("-")}`;
    const name = nameOf(of.name);
    const fault = [pathOf(at), ...shown.map((n) => prefix + n)].map((path) => this.faults().get(path)).find(Boolean);
    return html`<fieldset class="form-group ${fault ? "wrong" : ""}"><legend>${name}</legend>
      ${shown.map((n) => {
        const set = this.stored.has(prefix + n);
        return html`<div class="secret-row">${this.#entry(`${id}-${n}`, prefix + n, { set, required: of.required && shown.length === 1, wrong: fault, label: `${name} ${n + 1}` })}
          ${set ? html`<span class="chip ok">${icon("check")}${t("endpoints.set")}</span>` : nothing}
          ${shown.length > 1 ? html`<button type="button" class="icon-button" aria-label=${t("endpoints.removeRecord", { name: `${name} ${n + 1}` })} @click=${() => this.#forget(prefix + n, set)}>${icon("bin")}</button>` : nothing}</div>`;
      })}
      ${fault ? html`<p class="form-error">${icon("alert")}${fault}</p>` : html`<p class="form-hint">${t("endpoints.secretHint")}</p>`}
      <button type="button" class="button small" @click=${() => this.change(this.value(), { ...typed, [prefix + (Math.max(...shown, ...places) + 1)]: "" })}>${icon("plus")}${t("endpoints.add")}</button></fieldset>`;
  }

  #forget(path, set) {
    const { [path]: _, ...others } = this.typed();
    this.change(this.value(), set ? { ...others, [path]: null } : others);
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

  /** What was entered for those after it moves up with them. */
  #without(at, records, i) {
    const prefix = (n) => `${pathOf([...at, n])}.`;
    const typed = {};
    for (const [path, secret] of Object.entries(this.typed())) {
      const n = records.findIndex((_, each) => path.startsWith(prefix(each)));
      if (n < i) typed[path] = secret;
      else if (n > i) typed[prefix(n - 1) + path.slice(prefix(n).length)] = secret;
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
