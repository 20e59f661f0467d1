/** Design tokens: colours (contrast checked against WCAG AA), type, space. */
const light = {
  bg: "#ffffff",
  "surface-1": "#f7f8fa",
  "surface-2": "#eef0f4",
  line: "#d9dde5",
  "line-strong": "#868fa0",
  "text-1": "#1a1d24",
  "text-2": "#4b5565",
  "text-3": "#5f6b7e",
  accent: "#4152d6",
  "accent-hover": "#3545c2",
  "on-accent": "#ffffff",
  "accent-soft": "#eceeff",
  "accent-text": "#3443b5",
  ok: "#0f7b4f",
  warn: "#8a5a00",
  bad: "#c2272d",
  "bad-soft": "#fdeced",
  "warn-soft": "#fff3d9",
  "note-bg": "#fff6da",
  "note-line": "#e3c469",
  "note-text": "#5c4500",
  shade: "rgb(16 20 30 / .45)",
  e1: "0 1px 2px rgb(16 20 30 / .08)",
  e2: "0 2px 6px rgb(16 20 30 / .08), 0 12px 40px rgb(16 20 30 / .18)",
};

const dark = {
  bg: "#0f1216",
  "surface-1": "#161a20",
  "surface-2": "#1f252e",
  line: "#2e3540",
  "line-strong": "#748094",
  "text-1": "#e8ebf0",
  "text-2": "#b7c0ce",
  "text-3": "#95a1b3",
  accent: "#8f9bff",
  "accent-hover": "#a6b0ff",
  "on-accent": "#0d1030",
  "accent-soft": "#232a52",
  "accent-text": "#b3bbff",
  ok: "#4cc38a",
  warn: "#e5b24d",
  bad: "#ff8a8a",
  "bad-soft": "#3a1c20",
  "warn-soft": "#33290d",
  "note-bg": "#33290d",
  "note-line": "#6b571d",
  "note-text": "#f1dfae",
  shade: "rgb(0 0 0 / .6)",
  e1: "0 1px 2px rgb(0 0 0 / .4)",
  e2: "0 2px 6px rgb(0 0 0 / .4), 0 12px 40px rgb(0 0 0 / .55)",
};

export const FONT = `system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif`;

const declare = (tokens) =>
  Object.entries(tokens)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");

/**
 * The tokens as custom properties of `scope`: light, dark by the system's preference, and either
 * one forced by the attribute `theme` on `carrier` (which is `scope` or contains it).
 */
export function tokenSheet(scope, forced = (theme) => `${scope}[theme="${theme}"]`) {
  return `${scope}{color-scheme:light;${declare(light)}}
@media (prefers-color-scheme:dark){${scope}{color-scheme:dark;${declare(dark)}}}
${forced("light")}{color-scheme:light;${declare(light)}}
${forced("dark")}{color-scheme:dark;${declare(dark)}}`;
}
