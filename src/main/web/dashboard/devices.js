const BROWSERS = [
  ["Edge", /\bEdgA?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(Chrome|CriOS|Chromium|HeadlessChrome)\//],
  ["Safari", /\bSafari\//],
];
const SYSTEMS = [
  ["Android", /\bAndroid\b/],
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b|\bMacintosh\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];
const HELD = new Set(["Android", "iPhone", "iPad"]);

const first = (table, agent) => table.find(([, pattern]) => pattern.test(agent))?.[0] ?? "";

/**
 * What somebody signed in with, by the text their browser calls itself with; empty where it does
 * not say.
 *
 * @returns {{browser: string, system: string, held: boolean}} `held`: a phone or a tablet
 */
export function device(agent = "") {
  const system = first(SYSTEMS, agent);
  const other = /^[\w.-]{1,40}(?=\/)/.exec(agent)?.[0] ?? "";
  return {
    browser: first(BROWSERS, agent) || (other === "Mozilla" ? "" : other),
    system,
    held: HELD.has(system),
  };
}
