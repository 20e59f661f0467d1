/** The style of what is seen before sign-in, and of password fields everywhere. */
export const doorStyle = `
.door { grid-template-rows: 1fr auto; gap: 24px; justify-items: center; padding: 32px 16px 20px; }
.door-card { align-self: center; width: min(400px, 100%); padding: 36px; border: 1px solid var(--line); border-radius: 20px; background: var(--bg); box-shadow: var(--e1); }
.door-card .logo { margin: 0 0 20px; }
.door-card h1 { font-size: 24px; letter-spacing: -.01em; outline: none; }
.door-card .lead { margin-top: 6px; color: var(--text-2); font-size: 15px; overflow-wrap: anywhere; }
.door-card form { display: grid; gap: 16px; margin-top: 24px; }
.door-card .button.block { min-height: 44px; border-radius: 11px; font-size: 15px; text-decoration: none; color: var(--text-1); }
.door-card .button.primary { margin-top: 4px; color: var(--on-accent); }
.door-card .button.primary:disabled { color: var(--text-3); }
.door-card > a.button { margin-top: 24px; }
.door-card .notice { margin: 20px 0 0; }
.entry { display: grid; gap: 6px; min-width: 0; }
.entry > label { font-weight: 500; }
.entry input { width: 100%; min-height: 44px !important; padding: 0 12px !important; border-radius: 11px !important; font-size: 15px; }
.entry input:focus { outline: none; border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.entry input[aria-invalid="true"] { border-color: var(--bad); }
.entry input[aria-invalid="true"]:focus { box-shadow: 0 0 0 1px var(--bad); }
.entry .digits { text-align: center; font-size: 24px !important; letter-spacing: .35em; padding-inline-start: .35em !important; font-variant-numeric: tabular-nums; min-height: 56px !important; }
.secret { position: relative; display: flex; }
.secret input { padding-inline-end: 48px !important; }
.secret .icon-button { position: absolute; inset-block: 0; inset-inline-end: 2px; width: 42px; min-height: 0; height: 100%; }
.secret .icon-button:hover:enabled { background: none; }
.fault, .caps { display: flex; gap: 6px; font-size: 13px; line-height: 18px; }
.fault { color: var(--bad); }
.caps { color: var(--warn); }
.fault .icon, .caps .icon { width: 16px; height: 18px; }
.strength { display: grid; gap: 6px; font-size: 13px; color: var(--text-2); }
.bars { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4px; }
.bars i { height: 4px; border-radius: 2px; background: var(--surface-2); transition: background .15s; }
:is([data-how="short"], [data-how="same"]) .bars i:first-child { background: var(--bad); }
[data-how="fair"] .bars i:first-child { background: var(--warn); }
[data-how="good"] .bars i:nth-child(-n + 2), [data-how="strong"] .bars i { background: var(--ok); }
.notice { display: flex; align-items: flex-start; gap: 10px; padding: 11px 14px; border-radius: 11px; background: var(--accent-soft); color: var(--accent-text); font-size: 14px; }
.notice p { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.notice .icon { width: 18px; height: 20px; }
.notice.bad { background: var(--bad-soft); color: var(--bad); }
.notice.good { background: var(--surface-1); color: var(--ok); box-shadow: inset 0 0 0 1px var(--ok); }
.notice [role="timer"] { font-variant-numeric: tabular-nums; font-weight: 650; white-space: nowrap; }
.or { display: flex; align-items: center; gap: 12px; margin: 20px 0 -4px; color: var(--text-3); font-size: 13px; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.beside { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 8px 16px; margin-top: 20px; }
.beside .linkish { font-weight: 500; text-decoration: none; padding-inline: 0; }
.beside .linkish:hover { text-decoration: underline; }
.door-card .lead + .muted { margin-top: 12px; font-size: 13px; }
.spinner { width: 16px; height: 16px; border: 2px solid currentColor; border-inline-end-color: transparent; border-radius: 50%; animation: turn .8s linear infinite; }
@keyframes turn { to { rotate: 1turn; } }
.door .languages { margin: 0; }
@media (max-width: 479px) {
  .door { background: var(--bg); padding: 16px 8px; }
  .door-card { align-self: start; border: 0; box-shadow: none; padding: 24px 16px; border-radius: 0; }
}
@media (pointer: coarse) { .beside .linkish { min-height: 44px; } }
`;
