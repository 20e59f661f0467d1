/** The style of the settings' frame and of what their pages are made of. */
export const settingsStyle = `
hilo-settings { grid-column: 2 / -1; display: grid; grid-template-columns: 248px minmax(0, 1fr); min-height: 0; min-width: 0; }
.settings-list { padding: 16px 12px; border-inline-end: 1px solid var(--line); background: var(--surface-1); overflow-y: auto; }
.settings-list h1 { font-size: 20px; padding: 0 10px; margin-bottom: 14px; }
.settings-list h2 { padding: 0 10px; margin: 16px 0 4px; font-size: 12px; font-weight: 500; color: var(--text-3); }
.settings-list a { display: flex; align-items: center; gap: 10px; min-height: 36px; padding: 4px 10px; border-radius: 9px; color: var(--text-1); text-decoration: none; font-weight: 500; }
.settings-list a .icon { color: var(--text-2); }
.settings-list a:hover { background: var(--surface-2); }
.settings-list a[aria-current] { background: var(--accent-soft); color: var(--accent-text); }
.settings-list a[aria-current] .icon { color: inherit; }
.settings-page { overflow-y: auto; min-width: 0; outline: none; container-type: inline-size; }
.settings-page > * { display: block; max-width: 920px; padding: 28px 40px 64px; }
.settings-head { display: flex; align-items: flex-start; gap: 16px; margin-bottom: 24px; }
.settings-title { flex: 1; min-width: 0; }
.settings-title h1 { font-size: 22px; }
.settings-title p { margin-top: 4px; color: var(--text-2); max-width: 64ch; }
.panel { border: 1px solid var(--line); border-radius: 14px; background: var(--bg); }
.panel + .panel { margin-top: 20px; }
.panel-head { display: flex; align-items: flex-start; gap: 16px; padding: 18px 20px; }
.panel-head > div { flex: 1; min-width: 0; }
.panel-head h2 { font-size: 15px; }
.panel-head p { margin-top: 3px; color: var(--text-2); max-width: 72ch; }
.panel-body { padding: 0 20px 20px; }
@container (max-width: 560px) {
  .panel-head { flex-wrap: wrap; gap: 12px; }
  .panel-head > div { flex-basis: 100%; }
  .panel-head > .button { flex: 1; }
}
@media (max-width: 959px) {
  hilo-settings { grid-template-columns: 208px minmax(0, 1fr); }
  .settings-page > * { padding: 24px 24px 56px; }
}
@media (max-width: 719px) {
  hilo-settings { grid-area: 1 / 1; grid-template-columns: minmax(0, 1fr); }
  .settings-list { border: 0; background: var(--bg); }
  .settings-list a { min-height: 48px; font-size: 16px; }
  .desk[data-pane="pages"] .settings-page, .desk[data-pane="page"] .settings-list { display: none; }
  .settings-page > * { padding: 12px 16px 48px; }
  .settings-head { gap: 8px; margin-bottom: 16px; flex-wrap: wrap; }
  .settings-title { padding-top: 8px; }
  .settings-list h2 { margin: 20px 0 0; }
  .settings-list li { border-bottom: 1px solid var(--line); }
  .settings-list a { border-radius: 0; }
  .settings-list a::after { content: ""; width: 8px; height: 8px; margin-inline-start: auto; border: solid var(--text-3); border-width: 2px 2px 0 0; rotate: 45deg; }
  .panel-head { padding: 16px; }
  .panel-body { padding: 0 16px 16px; }
}
`;
