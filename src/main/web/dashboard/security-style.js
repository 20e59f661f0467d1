/** The style of the page of one's own account. */
export const securityStyle = `
hilo-new-password, hilo-second-factor, hilo-sessions { display: block; margin-bottom: 20px; }
.narrow-form { display: grid; gap: 16px; max-width: 440px; }
.buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.button.bad { color: var(--bad); }
.button.bad:hover:enabled { background: var(--bad-soft); border-color: var(--bad); }
.tag { display: inline-flex; align-items: center; gap: 4px; margin-inline-start: 8px; padding: 0 8px; border-radius: 10px; background: var(--surface-2); color: var(--text-2); font-size: 12px; font-weight: 500; line-height: 20px; white-space: nowrap; vertical-align: 2px; }
.second h2 { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; }
.second .tag { margin: 0; }
.open-app { display: none; }
.tag .icon { width: 13px; height: 13px; }
.tag.ok { background: none; box-shadow: inset 0 0 0 1px var(--ok); color: var(--ok); }
.care { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 12px; }
.care > p { display: flex; align-items: center; gap: 8px; color: var(--text-2); }
.care .few { color: var(--warn); }
.scan { display: grid; grid-template-columns: 212px minmax(0, 1fr); gap: 28px; align-items: start; }
.qr { padding: 6px; border: 1px solid var(--line); border-radius: 14px; background: #fff; }
.qr svg { display: block; width: 100%; fill: #000; }
.steps { display: grid; gap: 20px; counter-reset: step; }
.steps li { position: relative; padding-inline-start: 36px; counter-increment: step; }
.steps li::before { content: counter(step); position: absolute; inset-inline-start: 0; top: -2px; width: 24px; height: 24px; border-radius: 50%; background: var(--accent-soft); color: var(--accent-text); font-weight: 650; font-size: 13px; line-height: 24px; text-align: center; }
.steps p { color: var(--text-2); }
.steps .entry > label { font-weight: 400; color: var(--text-2); }
.steps .entry input.digits { max-width: 220px; }
.steps .buttons { margin-top: 8px; }
.secret-text { display: flex; align-items: center; gap: 4px; margin-top: 6px; }
.secret-text code { padding: 5px 10px; border-radius: 8px; background: var(--surface-2); color: var(--text-1); font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .03em; overflow-wrap: anywhere; }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 6px 24px; margin: 16px 0; padding: 16px 20px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface-1); counter-reset: code; outline: none; }
.codes li { counter-increment: code; display: flex; align-items: baseline; gap: 10px; }
.codes li::before { content: counter(code); min-width: 18px; color: var(--text-3); font-size: 12px; text-align: end; font-variant-numeric: tabular-nums; }
.codes code { font: 15px/1.7 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .03em; }
.notice.warn { background: var(--warn-soft); color: var(--warn); }
.sessions { border-top: 1px solid var(--line); }
.sessions:empty { border: 0; }
.sessions li { display: flex; align-items: center; gap: 14px; padding: 14px 20px; }
.sessions li + li { border-top: 1px solid var(--line); }
.session-icon { display: grid; place-items: center; width: 38px; height: 38px; flex: none; border-radius: 11px; background: var(--surface-2); color: var(--text-2); }
[data-this] .session-icon { background: var(--accent-soft); color: var(--accent-text); }
.session-main { flex: 1; min-width: 0; display: flex; flex-direction: column; line-height: 1.4; }
.session-main strong { font-weight: 600; }
.session-main > span { color: var(--text-2); font-size: 13px; overflow-wrap: anywhere; }
@media (max-width: 719px) {
  .sessions li { padding: 12px 16px; }
  .buttons .spring { display: none; }
  .codes { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 4px 8px; padding: 12px 8px; }
  .codes li { gap: 6px; }
  .codes code { font-size: 13px; letter-spacing: 0; overflow-wrap: anywhere; }
  .narrow-form { max-width: none; }
}
@media (max-width: 1023px) {
  .scan { grid-template-columns: minmax(0, 1fr); }
  .qr { width: 212px; justify-self: center; }
}
@media (pointer: coarse) {
  .open-app { display: inline-flex; margin-top: 10px; padding-block: 6px; white-space: normal; text-decoration: none; }
}
@media print {
  .settings-list, .settings-head, hilo-new-password, hilo-sessions, .second .panel-head, .second .buttons, .due, .toasts { display: none !important; }
  .settings-page { overflow: visible; }
  .panel { border: 0; }
}
`;
