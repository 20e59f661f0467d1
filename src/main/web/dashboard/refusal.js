import { prefs, t, told } from "./prefs.js";

/** A refusal as one sentence in the reader's language; what has no words here says its own. */
export function sentence({ code, message, detail }) {
  const precise = `refused.${code}.${detail?.why}`;
  if (told(precise)) return t(precise);
  if (told(`refused.${code}`)) return t(`refused.${code}`);
  return message && message !== code ? t("refused.other", { why: message }) : t("refused.unknown");
}

/** `0:07`, `14:59`: what is left of a wait. */
export const countdown = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.max(0, seconds % 60)).padStart(2, "0")}`;

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `2 hours ago` in the reader's language. */
export function ago(at, now = Date.now()) {
  const seconds = Math.max(0, (now - at) / 1000);
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? UNITS[2];
  return new Intl.RelativeTimeFormat(prefs.locale, { numeric: "auto" }).format(
    -Math.max(1, Math.floor(seconds / size)),
    unit,
  );
}
