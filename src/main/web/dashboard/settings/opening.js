/** When office hours are open: all of it computed here, from the item alone. */

const MINUTE = 60_000;
const DAY = 86_400_000;
const AHEAD_DAYS = 60;

const formats = new Map();

function format(zone) {
  if (!formats.has(zone)) {
    formats.set(
      zone,
      new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      }),
    );
  }
  return formats.get(zone);
}

/** What a clock in the zone shows, as if it were UTC. */
function wall(zone, at) {
  const parts = Object.fromEntries(format(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** When a clock in the zone shows this. Where clocks are put forward: as if they had not been. */
function instant(zone, shown) {
  const before = shown - (wall(zone, shown - DAY) - (shown - DAY));
  if (wall(zone, before) === shown) return before;
  const after = shown - (wall(zone, shown + DAY) - (shown + DAY));
  return wall(zone, after) === shown ? after : before;
}

/** `09:30` as minutes. */
export const minutes = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** Whether a period ends on the day after the one it began on. */
export const overnight = ({ from, to }) => minutes(to) <= minutes(from);

const length = ({ from, to }) => minutes(to) - minutes(from) + (overnight({ from, to }) ? 1440 : 0);

/** The periods of one date: the holiday's, else those of the weekday. */
function periodsOf(hours, midnight) {
  const date = new Date(midnight).toISOString().slice(0, 10);
  const holiday = hours.holidays?.find((each) => each.date === date);
  if (holiday) return holiday.periods ?? [];
  const day = new Date(midnight).getUTCDay() || 7;
  return (hours.week ?? []).filter((period) => period.day === day);
}

/**
 * Whether somebody answers now, and until or from when.
 *
 * @returns {{open: boolean, until?: number | null, from?: number | null}} ms; null: not within
 *     the next weeks
 */
export function opening(hours, now = Date.now()) {
  const { zone } = hours;
  const today = Math.floor(wall(zone, now) / DAY) * DAY;
  const spans = [];
  for (let n = -1; n <= AHEAD_DAYS; n++) {
    const midnight = today + n * DAY;
    for (const period of periodsOf(hours, midnight)) {
      const from = midnight + minutes(period.from) * MINUTE;
      spans.push([instant(zone, from), instant(zone, from + length(period) * MINUTE)]);
    }
  }
  spans.sort((a, b) => a[0] - b[0]);
  const joined = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
    else joined.push([...span]);
  }
  const current = joined.find(([from, to]) => from <= now && now < to);
  if (current) return { open: true, until: current === joined.at(-1) ? null : current[1] };
  return { open: false, from: joined.find(([from]) => from > now)?.[0] ?? null };
}

/** Days of the week (1 = Monday) whose periods run into one another. */
export function clashes(week) {
  const WEEK = 7 * 1440;
  const spans = week.flatMap((period) => {
    const from = (period.day - 1) * 1440 + minutes(period.from);
    return [-WEEK, 0, WEEK].map((shift) => ({ day: period.day, from: from + shift, to: from + shift + length(period) }));
  });
  const days = new Set();
  for (const a of spans) for (const b of spans) if (a !== b && a.from <= b.from && b.from < a.to) days.add(b.day);
  return days;
}

/** The same of one date's periods. */
export const clash = (periods) => clashes(periods.map((period) => ({ ...period, day: 1 }))).size > 0;

/** Days with equal periods together: `[[firstDay, lastDay, periods]]`, in the order of the week. */
export function runs(week) {
  const found = [];
  for (let day = 1; day <= 7; day++) {
    const periods = week.filter((each) => each.day === day).sort((a, b) => minutes(a.from) - minutes(b.from));
    const text = periods.map(({ from, to }) => `${from}-${to}`).join();
    const last = found.at(-1);
    if (last && last.text === text) last.to = day;
    else found.push({ from: day, to: day, periods, text });
  }
  return found;
}
