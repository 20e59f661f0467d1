import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { desk } from "../desk.js";
import { prefs, t } from "../prefs.js";
import { head } from "../settings-head.js";
import { field, group, textField } from "./form.js";
import { clash, clashes, minutes, opening, overnight, runs } from "./opening.js";
import { emptyState, fromFile, ItemsPage } from "./page.js";

const USUAL = { from: "09:00", to: "18:00" };
const DAYS = [1, 2, 3, 4, 5, 6, 7];
const REGULAR_MS = 30_000;

const inUtc = (options) => new Intl.DateTimeFormat(prefs.locale, { ...options, timeZone: "UTC" });

/** The name of a day of the week, 1 = Monday. 1 January 2024 was one. */
const dayName = (day, weekday = "long") => {
  const name = inUtc({ weekday }).format(Date.UTC(2024, 0, day));
  return name[0].toUpperCase() + name.slice(1);
};

const timeName = (time) => inUtc({ hour: "numeric", minute: "2-digit" }).format(minutes(time) * 60_000);

const periodName = (period) => `${timeName(period.from)}–${timeName(period.to)}`;

/** The browser's own list, with what the item already names. */
function zones(current) {
  const known = Intl.supportedValuesOf("timeZone");
  return current && !known.includes(current) ? [current, ...known] : known;
}

const zoneName = (zone) => zone.replaceAll("_", " ");

/** `UTC−03:00` of a zone, now. */
function offset(zone) {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" })
      .formatToParts(Date.now())
      .find(({ type }) => type === "timeZoneName")
      .value.replace("GMT", "UTC");
  } catch {
    return "";
  }
}

function valid(zone) {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return Boolean(zone);
  } catch {
    return false;
  }
}

/** `Open now, until 18:00` or `Closed, opens Monday at 09:00`, in the office's own time. */
export function sentence(hours) {
  if (!valid(hours.zone)) return { open: false, text: t("hours.badZone") };
  const state = opening(hours);
  const when = (at) => {
    const options = { timeZone: hours.zone, hour: "numeric", minute: "2-digit" };
    const soon = at - Date.now() < 20 * 3_600_000;
    const far = at - Date.now() > 6 * 86_400_000;
    return new Intl.DateTimeFormat(prefs.locale, {
      ...options,
      ...(soon ? {} : far ? { day: "numeric", month: "long" } : { weekday: "long" }),
    }).format(at);
  };
  if (state.open) return { open: true, text: state.until ? t("hours.openUntil", { when: when(state.until) }) : t("hours.openAlways") };
  return { open: false, text: state.from ? t("hours.closedUntil", { when: when(state.from) }) : t("hours.closedAlways") };
}

export const openState = (hours) => {
  const { open, text } = sentence(hours);
  return html`<span class="status-word" data-state=${open ? "active" : "closed"}><i aria-hidden="true"></i>${text}</span>`;
};

/** Office hours: the week, holidays and the zone they are meant in. */
class OfficeHours extends ItemsPage {
  kind = "hours";
  wide = true;

  connectedCallback() {
    super.connectedCallback();
    this.tick = setInterval(() => this.requestUpdate(), REGULAR_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  blank() {
    return {
      name: "",
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      week: [1, 2, 3, 4, 5].map((day) => ({ day, ...USUAL })),
      holidays: [],
    };
  }

  page() {
    return html`${head(t("settings.hours"), t("hours.text"), this.newButton(t("hours.new")))}
      ${this.list(emptyState("clock", t("hours.empty"), t("hours.emptyText")))}${this.editor()}`;
  }

  row(hours) {
    const inboxes = desk.items.list("inbox").filter((inbox) => inbox.hours === hours.id);
    return html`<div class="entry-main">${this.opener(hours)}
        <span class="entry-sub">${weekName(hours.week)}</span>
        <span class="entry-sub">${zoneName(hours.zone)}${hours.holidays?.length ? html` · ${t("hours.holidayCount", { n: hours.holidays.length })}` : nothing}${inboxes.length ? html` · ${inboxes.map(({ name }) => name).join(", ")}` : nothing}</span></div>
      ${openState(hours)}${fromFile(hours)}`;
  }

  heading(draft) {
    return draft.isNew ? t("hours.new") : draft.base.name;
  }

  form(draft) {
    const { value } = draft;
    const wrong = clashes(value.week);
    return html`<div class="pair">${textField({ id: "hours-name", label: t("name"), value: value.name, required: true, max: 100, placeholder: t("hours.example"), change: (name) => draft.set("name", name) })}
      ${this.zone(draft)}</div>
      <p class="live-sentence" data-testid="open-state">${openState(value)}</p>
      ${group(t("hours.week"), html`<div class="week">${DAYS.map((day) => this.day(draft, day, wrong.has(day)))}</div>`)}
      ${group(t("hours.holidays"), html`<div class="holidays">${value.holidays.map((holiday, i) => this.holiday(draft, holiday, i))}</div>
        <button type="button" class="button small" data-testid="add-holiday" @click=${() => this.addHoliday(draft)}>${icon("plus")}${t("hours.addHoliday")}</button>`, { hint: t("hours.holidaysHint") })}`;
  }

  zone(draft) {
    const { zone } = draft.value;
    const ok = valid(zone);
    return field(
      "hours-zone",
      t("hours.zone"),
      html`<input id="hours-zone" list="zones" required .value=${zone} autocomplete="off" spellcheck="false" aria-invalid=${ok ? nothing : "true"} aria-describedby="hours-zone-below"
          @input=${(e) => this.setZone(draft, e.target)} />
        <datalist id="zones">${zones(draft.base?.zone).map((each) => html`<option value=${each}></option>`)}</datalist>`,
      ok ? { hint: t("hours.zoneHint", { offset: offset(zone) }) } : { error: t("hours.badZone") },
    );
  }

  setZone(draft, input) {
    const zone = input.value.trim().replaceAll(" ", "_");
    input.setCustomValidity(valid(zone) ? "" : t("hours.badZone"));
    draft.set("zone", zone);
  }

  day(draft, day, wrong) {
    const periods = draft.value.week.filter((each) => each.day === day);
    const set = (next) =>
      draft.set("week", [...draft.value.week.filter((each) => each.day !== day), ...next.map(({ from, to }) => ({ day, from, to }))]);
    const name = dayName(day);
    return html`<div class="week-day" role="group" aria-label=${name} data-day=${day}>
      <label class="day-name"><input type="checkbox" .checked=${periods.length > 0} @change=${(e) => set(e.target.checked ? [USUAL] : [])} /><span>${name}</span></label>
      <div class="periods">${this.periods(periods, set, `day-${day}`)}
        ${wrong ? html`<p class="form-error">${icon("alert")}${t("hours.clash")}</p>` : nothing}</div>
      ${
        periods.length
          ? html`<button type="button" class="icon-button" popovertarget="copy-${day}" aria-label=${t("hours.copyDay", { day: name })} title=${t("hours.copyDay", { day: name })}>${icon("copy")}</button>
        <div id="copy-${day}" popover class="menu" @click=${(e) => e.target.closest("button") && e.currentTarget.hidePopover()}>
          <button type="button" @click=${() => this.copyDay(draft, day, [1, 2, 3, 4, 5])}>${t("hours.toWorkdays")}</button>
          <button type="button" @click=${() => this.copyDay(draft, day, DAYS)}>${t("hours.toAll")}</button>
          ${DAYS.filter((other) => other !== day).map((other) => html`<button type="button" @click=${() => this.copyDay(draft, day, [other])}>${dayName(other)}</button>`)}</div>`
          : html`<span class="icon-gap"></span>`
      }</div>`;
  }

  copyDay(draft, day, to) {
    const { week } = draft.value;
    const days = to.filter((each) => each !== day);
    const copied = days.flatMap((each) => week.filter((period) => period.day === day).map((period) => ({ ...period, day: each })));
    draft.set("week", [...week.filter((each) => !days.includes(each.day)), ...copied]);
  }

  /** Periods of one day or date; none: closed. */
  periods(periods, set, key) {
    if (!periods.length) return html`<span class="muted closed-word">${t("hours.closed")}</span>`;
    const change = (i, fields) => set(periods.map((each, n) => (n === i ? { ...each, ...fields } : each)));
    return html`${periods.map(
      (period, i) => html`<div class="period">
        <input type="time" required aria-label=${t("hours.from")} .value=${period.from} @change=${(e) => e.target.value && change(i, { from: e.target.value })} />
        <span aria-hidden="true">–</span>
        <input type="time" required aria-label=${t("hours.to")} .value=${period.to === "24:00" ? "00:00" : period.to} @change=${(e) => e.target.value && change(i, { to: e.target.value })} />
        <button type="button" class="icon-button" aria-label=${t("hours.removePeriod", { period: periodName(period) })} @click=${() => set(periods.filter((_, n) => n !== i))}>${icon("close")}</button>
        ${overnight(period) ? html`<span class="next-day">${t("hours.nextDay", { time: timeName(period.to) })}</span>` : nothing}</div>`,
    )}<button type="button" class="linkish add-period" data-key=${key} @click=${() => set([...periods, after(periods.at(-1))])}>${icon("plus")}${t("hours.addPeriod")}</button>`;
  }

  holiday(draft, holiday, i) {
    const { holidays } = draft.value;
    const change = (fields) => draft.set("holidays", holidays.map((each, n) => (n === i ? { ...each, ...fields } : each)));
    const periods = holiday.periods ?? [];
    const twice = holiday.date && holidays.some((each, n) => n !== i && each.date === holiday.date);
    return html`<div class="holiday" role="group" aria-label=${holiday.name || t("hours.holiday")}>
      <input type="date" required aria-label=${t("hours.date")} .value=${holiday.date} @change=${(e) => change({ date: e.target.value })} />
      <input class="holiday-name" aria-label=${t("hours.holidayName")} placeholder=${t("hours.holidayExample")} maxlength="100" .value=${holiday.name} @input=${(e) => change({ name: e.target.value })} />
      <div class="periods">${this.periods(periods, (next) => change({ periods: next.map(({ from, to }) => ({ from, to })) }), `holiday-${i}`)}
        ${periods.length ? nothing : html`<button type="button" class="linkish" @click=${() => change({ periods: [{ from: "10:00", to: "14:00" }] })}>${icon("plus")}${t("hours.someHours")}</button>`}
        ${twice ? html`<p class="form-error">${icon("alert")}${t("hours.twice")}</p>` : clash(periods) ? html`<p class="form-error">${icon("alert")}${t("hours.clash")}</p>` : nothing}</div>
      <button type="button" class="icon-button" aria-label=${t("hours.removeHoliday", { name: holiday.name || holiday.date })} @click=${() => draft.set("holidays", holidays.filter((_, n) => n !== i))}>${icon("bin")}</button></div>`;
  }

  addHoliday(draft) {
    draft.set("holidays", [...draft.value.holidays, { date: "", name: "", periods: [] }]);
    this.updateComplete.then(() => [...this.querySelectorAll(".holiday input[type=date]")].at(-1)?.focus());
  }

  body(value, id) {
    const week = [...value.week].sort((a, b) => a.day - b.day || minutes(a.from) - minutes(b.from));
    const holidays = [...value.holidays].sort((a, b) => (a.date < b.date ? -1 : 1));
    return super.body({ ...value, week, holidays }, id);
  }

  removeText({ id }) {
    const inboxes = desk.items.list("inbox").filter((inbox) => inbox.hours === id);
    return inboxes.length ? t("hours.removeUsed", { list: inboxes.map(({ name }) => name).join(", ") }) : t("removeText");
  }
}

/** `Mon–Fri 09:00–18:00, Sat closed`, for a list. */
function weekName(week = []) {
  if (!week.length) return t("hours.closedAlways");
  return runs(week)
    .filter(({ periods }) => periods.length)
    .map(({ from, to, periods }) => {
      const days = from === to ? dayName(from, "short") : `${dayName(from, "short")}–${dayName(to, "short")}`;
      return `${days} ${periods.map(periodName).join(", ")}`;
    })
    .join(" · ");
}

/** A period to begin with, after another one. */
function after({ to }) {
  const from = Math.min(minutes(to) + 60, 22 * 60);
  const text = (of) => `${String(Math.floor(of / 60)).padStart(2, "0")}:${String(of % 60).padStart(2, "0")}`;
  return { from: text(from), to: text(Math.min(from + 120, 1439)) };
}

customElements.define("hilo-hours", OfficeHours);
