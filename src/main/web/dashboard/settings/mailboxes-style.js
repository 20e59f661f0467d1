import { wear } from "../prefs.js";

wear(`
.up { margin-bottom: 12px; font-size: 13px; font-weight: 500; text-decoration: none; }
.up:hover { text-decoration: underline; }
.up .icon { width: 15px; height: 15px; }
.facts { display: flex; flex-wrap: wrap; gap: 8px 24px; margin: -8px 0 20px; color: var(--text-2); font-size: 13px; }
.facts > span { display: inline-flex; align-items: center; gap: 7px; }
.facts .icon { width: 16px; height: 16px; color: var(--text-3); }
.facts small { max-width: 60ch; }
.facts + .notice { margin-bottom: 20px; }
.outcomes { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 10px; margin-bottom: 14px; }
.outcomes button { display: flex; flex-direction: column; align-items: flex-start; gap: 1px; padding: 10px 14px; border: 1px solid var(--line); border-radius: 12px; background: var(--bg); color: var(--text-2); font-size: 13px; text-align: start; }
.outcomes button:hover { border-color: var(--line-strong); }
.outcomes strong { font-size: 20px; font-weight: 650; color: var(--text-1); font-variant-numeric: tabular-nums; }
.outcomes [data-bad] strong { color: var(--bad); }
.outcomes [aria-selected="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); color: var(--text-1); }
.outcome-text { margin-bottom: 12px; color: var(--text-2); font-size: 13px; }
.mail-entry { align-items: flex-start; }
.mail-entry .entry-sub { font-variant-numeric: tabular-nums; }
.mail-entry-acts { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 6px; }
.mail-entry-acts .button { color: inherit; text-decoration: none; }
.mail-entry-acts .icon { width: 15px; height: 15px; }
hilo-mailboxes .settings-title h1 { overflow-wrap: anywhere; }
.up + .settings-head .back { display: none; }
@container (max-width: 640px) {
  .up + .settings-head > .button { flex: 1 0 100%; }
  .outcomes { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .entry.mail-entry { flex-direction: column; }
  .mail-entry-acts { justify-content: flex-start; }
}
`);
