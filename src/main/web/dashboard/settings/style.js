import { wear } from "../prefs.js";

/** What the pages of the settings are made of, beside the style of their frame. */
wear(`
.listing { border: 1px solid var(--line); border-radius: 14px; background: var(--bg); }
.listing + .section-title { margin-top: 36px; }
.entry { position: relative; display: flex; align-items: center; gap: 12px; min-height: 54px; padding: 10px 16px; border-top: 1px solid var(--line); }
.entry:first-child { border-top: 0; border-radius: 14px 14px 0 0; }
.entry:last-child { border-radius: 0 0 14px 14px; }
.entry:only-child { border-radius: 14px; }
.entry:not(.editing):has(.opener):hover { background: var(--surface-1); }
.entry .avatar { width: 36px; height: 36px; font-size: 13px; }
.entry-main { flex: 1; min-width: 0; display: flex; flex-direction: column; align-items: flex-start; gap: 2px; }
.entry-main strong, .opener { font-weight: 600; }
.entry-sub { color: var(--text-2); font-size: 13px; max-width: 100%; overflow-wrap: anywhere; }
.entry-sub.warn { color: var(--warn); }
.entry-sub.clamp { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; line-clamp: 2; white-space: pre-line; }
.entry > .muted { white-space: nowrap; }
.entry-icon, .entry-badge { display: grid; place-items: center; width: 36px; height: 36px; border-radius: 10px; background: var(--surface-2); color: var(--text-2); flex: none; }
.entry-badge .badge i { line-height: 20px; font-size: 11px; }
.opener { padding: 0; border: 0; background: none; text-align: start; max-width: 100%; overflow-wrap: anywhere; }
.opener::after { content: ""; position: absolute; inset: 0; border-radius: inherit; }
.opener:focus-visible { outline: none; }
.opener:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -3px; border-radius: 12px; }
.opener code { font: 600 13px ui-monospace, Menlo, Consolas, monospace; }
.entry > .icon-button, .entry .copyable, .entry .menu, .entry .button { position: relative; z-index: 1; }
.faces { display: flex; }
.faces .avatar { width: 26px; height: 26px; font-size: 11px; box-shadow: 0 0 0 2px var(--bg); }
.faces .avatar + .avatar { margin-inline-start: -6px; }
.chips { display: flex; flex-wrap: wrap; align-items: center; gap: 5px; min-width: 0; }
.entry > .chips { justify-content: flex-end; max-width: 46%; }
.chip { display: inline-flex; align-items: center; gap: 5px; padding: 0 9px; border: 1px solid transparent; border-radius: 12px; background: var(--accent-soft); color: var(--accent-text); font-size: 12px; font-weight: 500; line-height: 22px; max-width: 100%; overflow-wrap: anywhere; }
.chip.outline { background: none; border-color: var(--line); color: var(--text-2); }
.chip.quiet { background: var(--surface-2); color: var(--text-2); }
.chip.bad { background: var(--bad-soft); color: var(--bad); }
.chip.ok { background: none; color: var(--ok); padding: 0 2px; }
.chip .icon { width: 13px; height: 13px; }
.chip .badge i { font-size: 9px; line-height: 15px; min-width: 21px; }
.chip code { font: 12px ui-monospace, Menlo, Consolas, monospace; }
.status-word { display: inline-flex; align-items: baseline; gap: 7px; font-size: 13px; color: var(--text-2); white-space: nowrap; }
.entry > .status-word { min-width: 96px; }
.entry > .icon-button .icon { stroke-width: 3; }
.status-word i { flex: none; width: 8px; height: 8px; border-radius: 50%; background: var(--text-3); align-self: center; }
.status-word small { display: block; white-space: normal; max-width: 22ch; }
.status-word[data-state="active"] i { background: var(--ok); }
.status-word[data-state="invited"] i { background: none; box-shadow: inset 0 0 0 2px var(--warn); }
.status-word[data-state="suspended"] i, .status-word[data-state="bad"] i { background: var(--bad); }
.status-word[data-state="suspended"], .status-word[data-state="bad"] { color: var(--bad); }
.finder { margin-bottom: 12px; max-width: 340px; }
.empty.boxed { border: 1px dashed var(--line-strong); border-radius: 14px; }
.empty.boxed p { max-width: 46ch; }
.section-title { font-size: 15px; margin: 32px 0 12px; }

.menu { position: fixed; inset: auto; margin: 0; padding: 6px; min-width: 200px; max-width: calc(100vw - 16px); max-height: calc(100dvh - 16px); overflow-y: auto; border: 1px solid var(--line); border-radius: 12px; background: var(--bg); color: var(--text-1); box-shadow: var(--e2); }
.menu button { display: flex; align-items: center; gap: 10px; width: 100%; min-height: var(--control); padding: 4px 10px; border: 0; border-radius: 8px; background: none; text-align: start; }
.menu button:hover, .menu button:focus-visible { background: var(--surface-2); outline-offset: -2px; }
.menu button .icon { color: var(--text-2); }
.menu .bad, .menu .bad .icon { color: var(--bad); }
.button.danger { border-color: var(--bad); color: var(--bad); }
.button.danger.plain { border-color: transparent; background: none; margin-inline-start: -12px; }
.button.danger:hover:enabled { background: var(--bad-soft); }
.question .button.danger:enabled { background: var(--bad); border-color: var(--bad); color: var(--bg); font-weight: 650; }

.sheet { width: min(600px, calc(100vw - 32px)); max-height: min(820px, calc(100dvh - 48px)); }
.sheet.wide { width: min(780px, calc(100vw - 32px)); }
.sheet-form { display: flex; flex-direction: column; min-height: 0; }
.sheet .dialog-body { flex: 1; display: flex; flex-direction: column; gap: 18px; padding-block: 18px 24px; }
.sheet .dialog-body > p { margin: 0; }
.dialog-foot .spring { flex: 1; }
.dialog-foot .leave { flex: 1; align-self: center; font-size: 13px; }
.question { width: min(440px, calc(100vw - 32px)); }
.question .dialog-body { display: flex; flex-direction: column; gap: 8px; padding-top: 22px; }
.question h2 { font-size: 16px; overflow-wrap: anywhere; }
.notice { display: flex; gap: 12px; padding: 12px 14px; border: 1px solid var(--warn); border-radius: 12px; background: var(--warn-soft); color: var(--warn); font-size: 13px; }
.notice > div { flex: 1; min-width: 0; }
.notice-acts { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.notice .button { background: var(--bg); color: var(--text-1); }
.refusal { display: flex; align-items: flex-start; gap: 8px; margin: 0 0 12px; padding: 10px 14px; border-radius: 12px; background: var(--bad-soft); color: var(--bad); font-weight: 500; font-size: 13px; overflow-wrap: anywhere; }
.sheet-form > .refusal { margin: 0 20px 12px; }
.question .refusal { margin: 8px 0 0; }

.form-field { display: flex; flex-direction: column; gap: 5px; min-width: 0; }
.form-field > label, .form-field > .name, .form-group > legend { font-weight: 600; font-size: 13px; padding: 0; }
.form-field > label .muted { font-weight: 400; }
.form-field > label .chip { line-height: 16px; }
.form-field :is(input, select, textarea) { width: 100%; }
.form-field textarea { display: block; min-height: var(--control); padding: 8px 10px; border: 1px solid var(--line-strong); border-radius: 9px; background: var(--bg); resize: vertical; field-sizing: content; max-height: 40dvh; line-height: 1.45; }
.form-field input[readonly] { background: var(--surface-1); color: var(--text-2); }
.form-hint { color: var(--text-3); font-size: 12px; overflow-wrap: anywhere; }
.form-error { display: flex; align-items: flex-start; gap: 5px; color: var(--bad); font-size: 12px; font-weight: 500; }
.form-error .icon { width: 15px; height: 15px; }
.wrong > :is(input, textarea) { border-color: var(--bad); }
.form-group { margin: 0; padding: 0; border: 0; min-width: 0; display: flex; flex-direction: column; gap: 8px; }
.form-group > legend { margin-bottom: 6px; }
.form-group > legend + .form-hint { margin-top: -6px; }
.form-group.framed { padding: 14px 16px 16px; border: 1px solid var(--line); border-radius: 12px; gap: 14px; }
.form-group.framed, .record { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); align-items: start; }
.framed > :is(.more, .form-group), .record > :is(.record-head, .more, .form-group) { grid-column: 1 / -1; }
.form-group.framed > legend { padding: 0 6px; margin: 0 0 0 -6px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; align-items: start; }
.choices { border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.choice { position: relative; display: flex; align-items: flex-start; gap: 10px; padding: 10px 14px; cursor: pointer; }
.choices .choice + .choice { border-top: 1px solid var(--line); }
.choice:hover { background: var(--surface-1); }
:is(.choice, .day-name, .pick) input { flex: none; width: 17px; height: 17px; min-height: 0 !important; margin: 2px 0 0; accent-color: var(--accent); }
.choice-text { display: flex; flex-direction: column; min-width: 0; }
.choice-name { display: flex; align-items: center; gap: 7px; font-weight: 500; overflow-wrap: anywhere; }
.choice small { color: var(--text-2); font-size: 12px; overflow-wrap: anywhere; }
.choices.two { display: grid; grid-template-columns: 1fr 1fr; }
.choices.two .choice { border: 0; padding-block: 7px; }
.choices.within, .within { margin-inline-start: 26px; }
.within .choices { margin-bottom: 8px; }
.mini { font-size: 12px; color: var(--text-3); margin: 4px 0; }
.copyable { display: flex; align-items: center; gap: 8px; max-width: 100%; min-width: 0; }
.copyable code { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 4px 8px; border-radius: 8px; background: var(--surface-2); font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; }
.copyable.block { align-items: stretch; }
.copyable.block code { flex: 1; white-space: pre-wrap; overflow-wrap: anywhere; padding: 10px 12px; border: 1px solid var(--line); background: var(--surface-1); }
.copyable.block .button { align-self: flex-start; min-height: 36px; }
.entry .copyable { margin-top: 4px; }
.more summary { width: fit-content; padding: 4px 2px; color: var(--accent-text); font-weight: 600; font-size: 13px; cursor: pointer; }
.more[open] { display: flex; flex-direction: column; gap: 16px; }
.more > .form-field, .more > .form-group { margin-top: 14px; }
.record { gap: 14px; padding: 12px 16px 16px; border: 1px solid var(--line); border-radius: 12px; }
.secret-row { display: flex; align-items: center; gap: 8px; }
.secret-row input { flex: 1; }
.record-head { display: flex; align-items: center; gap: 8px; }
.record-head strong { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.form-group > .button { align-self: flex-start; }
.live-note, .live-sentence { padding: 9px 13px; border-radius: 10px; background: var(--surface-1); border: 1px solid var(--line); font-size: 13px; color: var(--text-2); overflow-wrap: anywhere; }
.sheet .live-note { margin-top: -8px; }

.editing { display: block; padding: 18px 16px; background: var(--surface-1); }
.inline-form { display: flex; flex-direction: column; gap: 16px; }
.inline-form .dialog-foot { padding: 0; border: 0; background: none; }
.inline-form .choices { background: var(--bg); }
.tagged { display: inline-flex; align-items: center; gap: 7px; padding: 0 10px; border-radius: 12px; font-size: 13px; font-weight: 500; line-height: 24px; max-width: 100%; overflow-wrap: anywhere; background: light-dark(#eceef2, #2a313b); color: light-dark(#414a59, #c6cedb); }
.tagged::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: var(--dot, #7a8496); flex: none; }
:is(.tagged, .swatch)[data-colour="grey"] { --dot: light-dark(#7a8496, #9aa5b5); }
:is(.tagged, .swatch)[data-colour="red"] { --dot: light-dark(#d93a41, #ff8088); }
:is(.tagged, .swatch)[data-colour="orange"] { --dot: light-dark(#e07a1f, #ff9f4d); }
:is(.tagged, .swatch)[data-colour="yellow"] { --dot: light-dark(#d9a800, #f2cf4a); }
:is(.tagged, .swatch)[data-colour="green"] { --dot: light-dark(#1f9d5c, #4ccb88); }
:is(.tagged, .swatch)[data-colour="teal"] { --dot: light-dark(#179a95, #46c8c2); }
:is(.tagged, .swatch)[data-colour="blue"] { --dot: light-dark(#2f7de0, #6fb0ff); }
:is(.tagged, .swatch)[data-colour="purple"] { --dot: light-dark(#8a56d8, #b992ff); }
.tagged[data-colour="red"] { background: light-dark(#fde8e8, #4a2024); color: light-dark(#a51d24, #ffb0b0); }
.tagged[data-colour="orange"] { background: light-dark(#fdebd9, #4a2d14); color: light-dark(#8f4300, #ffc491); }
.tagged[data-colour="yellow"] { background: light-dark(#faf0c4, #41360f); color: light-dark(#6b5200, #f0d97c); }
.tagged[data-colour="green"] { background: light-dark(#dcf3e4, #163d28); color: light-dark(#0d6238, #93e0b5); }
.tagged[data-colour="teal"] { background: light-dark(#d9f1f0, #143d3c); color: light-dark(#0b5f5c, #92dcd8); }
.tagged[data-colour="blue"] { background: light-dark(#e0ecfc, #1a3459); color: light-dark(#17529e, #a9cdff); }
.tagged[data-colour="purple"] { background: light-dark(#eee5fb, #362759); color: light-dark(#5b2fa3, #d3bcff); }
.swatches { display: flex; flex-wrap: wrap; gap: 6px; }
.swatch { position: relative; display: grid; place-items: center; width: 34px; height: 34px; border-radius: 50%; color: var(--text-2); cursor: pointer; }
.swatch::after { content: ""; width: 20px; height: 20px; border-radius: 50%; background: var(--dot); }
.swatch input { position: absolute; inset: 0; width: 100%; min-height: 100% !important; margin: 0; opacity: 0; cursor: pointer; }
.swatch:has(:checked) { box-shadow: 0 0 0 2px var(--bg), 0 0 0 4px var(--dot); }
.swatch:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 5px; }
.pick { display: inline-flex; align-items: center; gap: 7px; min-height: 32px; padding-inline-end: 6px; cursor: pointer; }
.pick input { margin: 0; }
.inserts { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: -6px; }
.said { align-self: flex-start; max-width: 100%; }
.said p { margin-top: 4px; padding: 9px 14px; border-radius: 16px 5px 16px 16px; background: var(--accent-soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.said mark { background: light-dark(rgb(255 255 255 / .75), rgb(0 0 0 / .35)); color: inherit; border-radius: 4px; padding: 0 3px; font-weight: 600; }
.said mark.wrong { background: var(--bad-soft); color: var(--bad); }
.reads { display: flex; gap: 8px; padding: 10px 14px; border-radius: 12px; background: var(--accent-soft); color: var(--accent-text); font-size: 13px; overflow-wrap: anywhere; }

.week { border: 1px solid var(--line); border-radius: 12px; }
.week-day { display: grid; grid-template-columns: 132px minmax(0, 1fr) var(--control); gap: 4px 12px; align-items: start; padding: 8px 8px 8px 14px; }
.week-day + .week-day { border-top: 1px solid var(--line); }
.day-name { display: flex; align-items: center; gap: 10px; min-height: var(--control); font-weight: 500; cursor: pointer; }
.day-name input { margin: 0; }
.periods { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; min-height: var(--control); }
.period { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.period input { width: auto; min-width: 104px; }
.period .icon-button { margin-inline-start: -4px; }
.next-day { font-size: 12px; color: var(--text-2); }
.periods .form-error { width: 100%; }
.add-period .icon, .linkish .icon { width: 15px; height: 15px; }
.periods .linkish { font-size: 13px; min-height: 28px; text-decoration: none; }
.closed-word { min-width: 60px; }
.holidays { display: flex; flex-direction: column; gap: 8px; }
.holiday { display: grid; grid-template-columns: 150px minmax(120px, 1fr) var(--control); gap: 6px 10px; align-items: start; padding: 8px; border: 1px solid var(--line); border-radius: 12px; }
.holiday > .icon-button { grid-area: 1 / 3; }
.holiday .periods { grid-column: 1 / -1; padding-inline-start: 6px; }

.types { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 10px; }
.type { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; align-items: center; padding: 14px 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--bg); text-align: start; }
.type:hover { border-color: var(--accent); background: var(--surface-1); }
.type .badge { grid-row: 1 / 3; }
.type .badge i { min-width: 34px; line-height: 26px; font-size: 12px; border-radius: 8px; }
.type small { grid-column: 2; }
[data-type="webhook"] i { background: #3d5a45; }

.matrix { position: relative; border: 1px solid var(--line); border-radius: 14px; overflow: auto; }
.matrix table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 13px; }
.matrix thead :is(th, td) { position: sticky; top: 0; z-index: 1; background: var(--bg); border-bottom: 1px solid var(--line); padding: 10px 12px; font-weight: 600; text-align: center; }
.matrix tbody th { padding: 7px 16px; text-align: start; font-weight: 400; min-width: 220px; }
.matrix tbody td { text-align: center; padding: 7px 12px; }
.matrix tbody tr + tr :is(th, td) { border-top: 1px solid var(--line); }
.matrix-group th { background: var(--surface-1); font-weight: 600 !important; font-size: 12px; color: var(--text-2); }
.yes { display: inline-grid; vertical-align: middle; color: var(--ok); }
.no { color: var(--text-3); }

.policy section { display: flex; flex-direction: column; gap: 14px; padding: 20px; border-bottom: 1px solid var(--line); }
.policy .notice { margin: 16px 20px 0; }
.policy .refusal { margin: 16px 20px; }
.policy h2 { font-size: 15px; }
.policy .choice { padding: 0; }
.policy .choice:hover { background: none; }
.policy input[type="number"] { max-width: 140px; }
.policy .dialog-foot { border: 0; border-radius: 0 0 14px 14px; }

.exports { display: flex; gap: 8px; }
.exports .button { text-decoration: none; color: inherit; }
.audit-filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin-bottom: 20px; }
.audit-filters label { display: flex; flex-direction: column; gap: 4px; min-width: 0; font-size: 12px; font-weight: 500; color: var(--text-2); }
.audit-filters :is(input, select) { min-height: var(--control) !important; width: 100%; border: 1px solid var(--line-strong); border-radius: 9px; background: var(--bg); padding: 0 9px; font-size: 14px; font-weight: 400; color: var(--text-1); }
.trail-day h2 { margin: 20px 0 6px; font-size: 13px; color: var(--text-2); }
.trail-day:first-child h2 { margin-top: 0; }
.trail-entry { display: grid; grid-template-columns: 64px auto minmax(0, 1fr) auto; gap: 10px; align-items: center; padding: 7px 8px; border-top: 1px solid var(--line); }
.trail-day + .trail-entry { border-top: 0; }
.trail-entry time { white-space: nowrap; color: var(--text-3); font-size: 12px; font-variant-numeric: tabular-nums; }
.trail-entry p { overflow-wrap: anywhere; }
.trail-entry strong { font-weight: 600; }
.audit-end { display: grid; place-items: center; padding: 20px; }

@container (max-width: 640px) {
  .entry { flex-wrap: wrap; padding: 12px; gap: 8px 12px; }
  .entry-main { flex-basis: calc(100% - 110px); }
  .entry > .chips { order: 3; max-width: none; justify-content: flex-start; }
  .entry > :is(.status-word, .muted, .faces) { order: 4; min-width: 0; }
  .entry > .icon-button { order: 2; }
  .entry > .chips, .entry > .status-word, .entry > .muted, .entry > .faces { font-size: 12px; }
  .trail-entry { grid-template-columns: auto minmax(0, 1fr); }
  .trail-entry time { grid-area: 1 / 1; }
  .trail-entry p { grid-area: 2 / 1 / 3 / 3; }
  .trail-entry .avatar { display: none; }
  .trail-entry .from { grid-area: 1 / 2; text-align: end; }
  .matrix tbody th { min-width: 150px; }
}
@media (max-width: 719px) {
  .sheet, .sheet.wide { width: 100vw; max-width: 100vw; height: 100dvh; max-height: 100dvh; margin: 0; border: 0; border-radius: 0; }
  .sheet-form { flex: 1; }
  .pair, .choices.two, .form-group.framed, .record { grid-template-columns: minmax(0, 1fr); }
  .week-day { grid-template-columns: minmax(0, 1fr) var(--control); }
  .week-day .periods { grid-area: 2 / 1 / 3 / 3; }
  .holiday { grid-template-columns: minmax(0, 1fr) var(--control); }
  .holiday-name { grid-column: 1 / -1; }
  .holiday > .icon-button { grid-area: 1 / 2; }
  .copyable.block { flex-direction: column; }
  .choices.within, .within { margin-inline-start: 0; }
  .dialog-foot { flex-wrap: wrap; padding-bottom: max(12px, env(safe-area-inset-bottom)); }
  .finder { max-width: none; }
}
`);
