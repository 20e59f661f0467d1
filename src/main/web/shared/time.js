const made = new Map();

function format(language, name, options) {
  const key = `${language} ${name}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(language, options));
  return made.get(key);
}

/** `10:42` in the customs of the language. */
export const clock = (language, at) =>
  format(language, "clock", { hour: "2-digit", minute: "2-digit" }).format(at);

/** Day and clock, for tooltips and `datetime` labels. */
export const fullTime = (language, at) =>
  format(language, "full", { dateStyle: "full", timeStyle: "short" }).format(at);

/** Short day and clock. */
export const briefTime = (language, at) =>
  format(language, "brief", { dateStyle: "medium", timeStyle: "short" }).format(at);

/** `10:42` today, `Monday 10:42` within the week, else a date and clock: of what is to come. */
export function soonTime(language, at, now = Date.now()) {
  if (sameDay(at, now)) return clock(language, at);
  if (at - now > 6 * 86_400_000) return briefTime(language, at);
  return format(language, "soon", { weekday: "long", hour: "2-digit", minute: "2-digit" }).format(at);
}

const startOfDay = (at) => new Date(at).setHours(0, 0, 0, 0);

export const sameDay = (a, b) => startOfDay(a) === startOfDay(b);

/** `Today`, `Yesterday`, a weekday within the week, else a date. */
export function dayName(language, at, now = Date.now()) {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  if (days === 0 || days === 1) {
    const text = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day");
    return text[0].toUpperCase() + text.slice(1);
  }
  if (days > 1 && days < 7) {
    const text = format(language, "weekday", { weekday: "long" }).format(at);
    return text[0].toUpperCase() + text.slice(1);
  }
  return format(language, "date", { day: "numeric", month: "long", year: "numeric" }).format(at);
}

/** Short age for lists: clock today, weekday this week, else day and month. */
export function shortTime(language, at, now = Date.now()) {
  if (sameDay(at, now)) return clock(language, at);
  if (now - at < 6 * 86_400_000) return format(language, "wd", { weekday: "short" }).format(at);
  return format(language, "dm", { day: "numeric", month: "short" }).format(at);
}

/** `4 min`, `2 h`, `3 d`: how long something has waited. */
export function age(language, since, now = Date.now()) {
  const minutes = Math.max(0, Math.floor((now - since) / 60_000));
  const [value, unit] =
    minutes < 60 ? [minutes, "minute"] : minutes < 1440 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
  const key = `${language} age ${unit}`;
  if (!made.has(key)) {
    made.set(key, new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "narrow" }));
  }
  return made.get(key).format(Math.floor(value));
}

export function byteSize(language, bytes) {
  const [value, unit] =
    bytes < 1000 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
