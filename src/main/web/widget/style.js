import { css, unsafeCSS } from "lit";
import { FONT, tokenSheet } from "../shared/tokens.js";

export const style = css`
${unsafeCSS(tokenSheet(".root"))}
.root[branded]{--accent:var(--hilo-accent);--accent-hover:var(--hilo-accent);--on-accent:var(--hilo-on-accent);--accent-text:var(--text-1);--accent-soft:var(--surface-2)}
.root{font:400 15px/1.45 ${unsafeCSS(FONT)};color:var(--text-1);text-align:start;-webkit-text-size-adjust:100%}
.root *,.root *::before,.root *::after{box-sizing:border-box}
.root[hidden]{display:none}
button,textarea,input,select{font:inherit;color:inherit;letter-spacing:inherit}
button{cursor:pointer;touch-action:manipulation}
button:disabled{cursor:default}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.icon{width:20px;height:20px;flex:none;display:block}
.root[full]:not([hidden])~.launcher{visibility:hidden}
.badge{position:absolute;top:-4px;inset-inline-end:-4px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#c2272d;color:#fff;font:650 12px/22px ${unsafeCSS(FONT)};text-align:center;border:2px solid #fff;box-sizing:content-box;margin:-2px}
.panel{position:fixed;bottom:calc(var(--hilo-y,20px) + 72px);right:var(--hilo-x,20px);width:384px;max-width:calc(100vw - 32px);height:min(640px,calc(100dvh - 112px));
display:flex;flex-direction:column;background:var(--bg);border:1px solid var(--line);border-radius:18px;box-shadow:var(--e2);overflow:hidden;transform-origin:100% 100%}
:host([side=left]) .panel{right:auto;left:var(--hilo-x,20px);transform-origin:0 100%}
.panel[data-fresh]{animation:rise .16s ease-out}
@keyframes rise{from{opacity:0;transform:translateY(8px) scale(.98)}}
header{display:flex;align-items:center;gap:12px;padding:14px 8px 14px 16px;border-bottom:1px solid var(--line);background:var(--bg);flex:none;min-height:68px}
.avatar{position:relative;width:38px;height:38px;flex:none;border-radius:50%;background:var(--accent);color:var(--on-accent);display:grid;place-items:center;font-weight:650;font-size:16px}
.avatar::after{content:"";position:absolute;inset-inline-end:-1px;bottom:-1px;width:10px;height:10px;border-radius:50%;border:2px solid var(--bg);background:var(--line-strong)}
.avatar[data-online]::after{background:#1fa971}
header .who{flex:1;min-width:0}
h2{margin:0;font-size:16px;font-weight:650;line-height:1.25;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
header p{margin:2px 0 0;font-size:13px;line-height:1.3;color:var(--text-2);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.round{width:44px;height:44px;flex:none;border:0;border-radius:50%;background:none;color:var(--text-2);display:grid;place-items:center;padding:0}
.round+.round{margin-inline-start:-12px}
.round:hover{background:var(--surface-2);color:var(--text-1)}
.bar{display:flex;align-items:center;gap:8px;padding:8px 16px;font-size:13px;background:var(--warn-soft);color:var(--warn);flex:none}
.bar .icon{width:16px;height:16px}
.body{position:relative;flex:1;min-height:0;display:flex;flex-direction:column}
.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;overflow-anchor:none;padding:16px;display:flex;flex-direction:column}
.log:focus-visible{outline-offset:-2px}
ol{list-style:none;margin:auto 0 0;padding:0;display:flex;flex-direction:column}
.day,.event{align-self:center;margin:16px 0 8px;font-size:12px;color:var(--text-3);text-align:center}
.event span{display:inline-block;padding:3px 12px;border:1px solid var(--line);border-radius:12px}
.message{display:flex;flex-direction:column;max-width:82%;margin-top:3px;position:relative}
.message.first{margin-top:12px}
.mine{align-self:flex-end;align-items:flex-end}.theirs{align-self:flex-start;align-items:flex-start}
.author{font-size:12px;color:var(--text-3);margin:0 0 3px 12px}
.bubble{padding:9px 13px;border-radius:18px;max-width:100%;min-width:0;overflow-wrap:anywhere}
.text{white-space:pre-wrap}
.theirs .bubble{background:var(--surface-2)}.mine .bubble{background:var(--accent);color:var(--on-accent)}
.theirs:not(.first) .bubble{border-start-start-radius:6px}.theirs:not(.last) .bubble{border-end-start-radius:6px}
.mine:not(.first) .bubble{border-start-end-radius:6px}.mine:not(.last) .bubble{border-end-end-radius:6px}
.message[data-state=sending] .bubble,.message[data-state=queued] .bubble{opacity:.75}
.message[data-state=failed] .bubble{background:var(--bad-soft);color:var(--text-1);box-shadow:inset 0 0 0 1px var(--bad)}
.bubble.removed{background:none!important;color:var(--text-3)!important;border:1px dashed var(--line-strong);font-style:italic}
.bubble a{color:inherit;text-underline-offset:2px}
.bubble code{font:13px ui-monospace,Menlo,Consolas,monospace;padding:1px 4px;border-radius:4px;background:rgb(127 127 127/.2)}
.subject{font-weight:650;margin-bottom:2px}.neutral{opacity:.85}
.meta{display:flex;flex-wrap:wrap;align-items:center;gap:4px;margin:3px 6px 0;font-size:12px;color:var(--text-3);font-variant-numeric:tabular-nums}
.mine .meta{justify-content:flex-end;text-align:end}
[data-state=failed] .state{color:var(--bad);font-weight:650}
.channel{padding:0 7px;border-radius:9px;background:var(--surface-2);color:var(--text-2);font-weight:500}
button.text{border:0;background:none;padding:4px;margin:-4px 0;color:var(--accent-text);font-weight:650;text-decoration:underline;text-underline-offset:2px;white-space:nowrap}
.reactions{display:flex;gap:4px;margin:-6px 8px 0;position:relative}.reactions span{padding:1px 7px;font-size:13px;border-radius:11px;background:var(--bg);border:1px solid var(--line)}
.choices{display:flex;flex-direction:column;gap:6px;margin:10px 0 2px}
.choices button{min-height:40px;padding:8px 14px;border:1px solid var(--line-strong);border-radius:12px;background:var(--bg);color:var(--accent-text);font-weight:500}
.choices button:hover:enabled{background:var(--accent-soft)}.choices button:disabled{color:var(--text-3);border-color:var(--line)}
.bubble img{display:block;max-width:100%;max-height:260px;border-radius:10px;margin:2px 0}.bubble audio{display:block;width:240px;max-width:100%;height:40px}.image-space[data-sound]{width:240px;height:40px}.image-space{width:220px;height:140px;border-radius:10px;background:rgb(127 127 127/.2)}
.file{display:flex;align-items:center;gap:10px;text-align:start;border:0;background:none;padding:2px 0;max-width:100%}.file small{display:block;font-size:12px;opacity:.85}.file span{min-width:0;overflow-wrap:anywhere}
.typing .bubble{display:flex;gap:5px;padding:13px 14px}
.typing i{width:7px;height:7px;border-radius:50%;background:var(--text-3);animation:dot 1.2s infinite}
.typing i:nth-child(2){animation-delay:.15s}.typing i:nth-child(3){animation-delay:.3s}
@keyframes dot{0%,60%,100%{transform:none;opacity:.5}30%{transform:translateY(-4px);opacity:1}}
.pill-place{position:relative;height:0;z-index:1}
.pill{position:absolute;bottom:10px;left:50%;transform:translateX(-50%);display:flex;align-items:center;gap:6px;min-height:36px;padding:0 14px;border:1px solid var(--line);border-radius:18px;background:var(--bg);color:var(--accent-text);font-size:13px;font-weight:650;box-shadow:var(--e2);white-space:nowrap}
.pill .icon{width:16px;height:16px}
.older{align-self:center;font-size:12px;color:var(--text-3);padding:6px}
form.composer{display:flex;align-items:flex-end;gap:4px;margin:8px 12px 12px;padding:3px;border:1px solid var(--line-strong);border-radius:24px;background:var(--bg);flex:none}
form.composer:focus-within{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
textarea{flex:1;min-width:0;resize:none;border:0;outline:0;background:none;padding:8px 6px 8px 14px;line-height:22px;min-height:38px;max-height:148px;field-sizing:content;margin:0}
textarea:focus-visible{outline:0}
textarea::placeholder,input::placeholder{color:var(--text-3);opacity:1}
.send{width:38px;height:38px;flex:none;border:0;border-radius:50%;background:var(--accent);color:var(--on-accent);display:grid;place-items:center;padding:0;transition:background .12s,color .12s}
.send:hover:enabled{background:var(--accent-hover)}.send:disabled{background:var(--surface-2);color:var(--text-3)}
.menu{position:absolute;z-index:2;top:6px;inset-inline-end:8px;width:min(300px,calc(100% - 16px));padding:6px;background:var(--bg);border:1px solid var(--line);border-radius:14px;box-shadow:var(--e2)}
.menu button,.menu label{display:flex;align-items:center;gap:12px;width:100%;min-height:44px;padding:6px 10px;border:0;border-radius:9px;background:none;text-align:start;font-size:14px}
.menu button:hover{background:var(--surface-2)}.menu .icon{color:var(--text-2)}
.menu label span{flex:1}.menu hr{border:0;border-top:1px solid var(--line);margin:6px}
.menu .danger,.menu .danger .icon{color:var(--bad)}
select{min-height:36px;max-width:140px;border:1px solid var(--line-strong);border-radius:9px;background:var(--bg);padding:0 8px}
.view{flex:1;min-height:0;overflow-y:auto;padding:20px;display:flex;flex-direction:column;align-items:center;gap:14px;text-align:center}
.view p{margin:0;color:var(--text-2)}
.view h3{margin:0;font-size:20px;line-height:1.25;font-weight:650}
.qr{width:208px;height:208px;padding:6px;border-radius:14px;background:#fff;border:1px solid var(--line)}
.qr svg{display:block;width:100%;height:100%}
.url{max-width:100%;padding:9px 12px;border-radius:10px;background:var(--surface-2);color:var(--text-1);font-size:13px;overflow-wrap:anywhere;text-decoration:none}
.small{font-size:12px;color:var(--text-3)!important;font-variant-numeric:tabular-nums}
.row{display:flex;gap:8px;flex-wrap:wrap;justify-content:center}
.primary,.secondary{display:inline-flex;align-items:center;justify-content:center;gap:8px;min-height:44px;padding:0 18px;border-radius:22px;font-weight:650;border:1px solid transparent}
.primary{background:var(--accent);color:var(--on-accent)}.primary:hover:enabled{background:var(--accent-hover)}.primary:disabled{background:var(--surface-2);color:var(--text-3)}
.secondary{background:none;border-color:var(--line-strong);color:var(--text-1)}.secondary:hover{background:var(--surface-2)}
.proof{margin:0 12px 4px;padding:14px;border:1px solid var(--line);border-radius:16px;background:var(--surface-1);flex:none;box-shadow:var(--e1)}
.proof h3{margin:0 0 4px;font-size:15px;font-weight:650;display:flex;gap:8px;align-items:center}.proof h3 .icon{color:var(--accent-text)}
.proof p{margin:0 0 10px;font-size:13px;color:var(--text-2)}.proof p.wrong{color:var(--bad);font-weight:500}.proof p.right{color:var(--ok);margin:0;font-weight:500}
.proof .row{justify-content:flex-start}
.proof input{flex:1;min-width:120px;height:44px;padding:0 12px;border:1px solid var(--line-strong);border-radius:12px;background:var(--bg);font-size:18px;letter-spacing:.2em;font-variant-numeric:tabular-nums}
.empty{margin:auto 0 0;align-self:flex-start}
.root[full] .panel{inset:0;top:var(--hilo-top,0);bottom:auto;width:100%;max-width:none;height:var(--hilo-height,100dvh);border:0;border-radius:0}
.root[full] header{padding-top:max(14px,env(safe-area-inset-top))}
.root[full] form.composer{margin-bottom:max(12px,env(safe-area-inset-bottom))}
.root[page] .log,.root[page] .view{padding-inline:max(16px,calc(50% - 360px))}
.root[page] form.composer,.root[page] .proof{margin-inline:max(12px,calc(50% - 360px))}
@media (pointer:coarse){textarea,select,input{font-size:16px}.send,form.composer textarea{min-height:44px}.send{width:44px;height:44px}.choices button{min-height:44px}button.text{padding:12px 6px;margin:-12px 0}}
@media (prefers-reduced-motion:reduce){*,*::before,*::after{animation:none!important;transition:none!important}}
@media (forced-colors:active){.panel,.bubble,.menu{border:1px solid CanvasText}.send,.primary{border:1px solid ButtonText}.badge{border-color:CanvasText}}
`;
