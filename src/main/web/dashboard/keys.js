import { desk } from "./desk.js";

/** What `?` lists: keys and the name of what they do. */
export const KEYS = [
  [["J", "K"], "key.step"],
  [["Enter", "O"], "key.open"],
  [["U", "Esc"], "key.back"],
  [["R"], "key.reply"],
  [["N"], "key.note"],
  [["E"], "key.resolve"],
  [["I"], "key.assignMe"],
  [["A"], "key.assign"],
  [["]"], "key.details"],
  [["/"], "key.search"],
  [["Ctrl", "K"], "key.palette"],
  [["F6"], "key.regions"],
  [["Enter"], "key.send"],
  [["Shift", "Enter"], "key.line"],
  [["/"], "key.canned"],
  [["Alt", "R"], "key.altReply"],
  [["Alt", "N"], "key.altNote"],
  [["?"], "key.help"],
];

const REGIONS = [
  ".rail",
  "hilo-inbox .rows",
  "hilo-thread .log",
  "hilo-composer textarea",
  "hilo-side .side-body",
  ".settings-list",
  ".settings-page",
];

const find = (selector) => document.querySelector(selector);
const visible = (node) => node && node.getClientRects().length > 0;

/** Moves the focus to the next region that can be seen. */
function region(by) {
  const nodes = REGIONS.map(find).filter(visible);
  const at = nodes.findIndex(
    (node) => node === document.activeElement || node.contains(document.activeElement),
  );
  const next = nodes[(at + by + nodes.length) % nodes.length];
  (next?.matches(".rail, .settings-list") ? next.querySelector("a, button") : next)?.focus();
}

/** Single keys work only outside text fields and while no dialog is open. */
export function pressed(event, shell) {
  const { key } = event;
  if (event.defaultPrevented || event.isComposing) return;
  if (key === "F6") {
    event.preventDefault();
    region(event.shiftKey ? -1 : 1);
    return;
  }
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") {
    event.preventDefault();
    if (!desk.dialog) desk.open("palette");
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || desk.dialog) return;
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (writing) {
    if (key === "Escape") writing.blur();
    return;
  }
  if (desk.settings !== null && key !== "?") return;
  const composer = find("hilo-composer");
  const act = {
    j: () => desk.step(1),
    k: () => desk.step(-1),
    ArrowDown: () => event.target.closest(".rows") && desk.step(1),
    ArrowUp: () => event.target.closest(".rows") && desk.step(-1),
    o: () => openRow(event),
    Enter: () => !event.target.closest("button, a, summary") && openRow(event),
    u: () => leave(),
    Escape: () => leave(),
    r: () => desk.current && composer.choose("reply"),
    n: () => desk.current && composer.choose("note"),
    e: () => desk.current && desk.online && desk.resolve(),
    i: () => desk.current && desk.act("assign", { to: "me" }),
    a: () => desk.current && shell.showSide(() => find("#assignee")?.focus()),
    "]": () => desk.current && shell.toggleSide(),
    "/": () => find("hilo-inbox [type=search]")?.focus(),
    "?": () => desk.open("keys"),
  }[key.length === 1 ? key.toLowerCase() : key];
  if (!act || act() === false) return;
  if (key.length === 1) event.preventDefault();
}

function openRow() {
  if (!desk.current) desk.step(1);
  find("hilo-thread .log")?.focus();
}

function leave() {
  if (desk.pane === "details") desk.go({ pane: "thread" });
  else if (desk.current) desk.go({ id: null });
}
