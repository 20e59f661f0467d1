// The facade a website embeds: it draws the launcher by itself and fetches the chat only when the
// visitor shows intent, or on idle when a conversation exists.
(() => {
  const script = document.currentScript;
  if (!script || window.Hilo) return;
  const data = script.dataset;
  const inbox = data.inbox || "default";
  const queue = [];
  const stub = { queue };
  let handle;
  let loading;

  for (const name of ["open", "close", "toggle", "context", "locale", "reset", "on"]) {
    stub[name] = (...args) => {
      if (handle) return handle[name](...args);
      queue.push([name, args]);
      if (name === "open" || name === "toggle") load();
    };
  }
  window.Hilo = stub;

  let session = {};
  try {
    session = JSON.parse(localStorage.getItem(`hilo.v1.${inbox}`)) || {};
  } catch {
    // Storage is closed to this page: the chat works and does not resume.
  }

  const words = {
    en: ["Open the chat", "The chat could not be loaded. Try again"],
    es: ["Abrir el chat", "No se pudo cargar el chat. Reintentar"],
    pt: ["Abrir o chat", "Não foi possível carregar o chat. Tentar de novo"],
  };
  const wish = session.language || data.lang || document.documentElement.lang || navigator.language;
  const [label, failed] = words[wish.slice(0, 2).toLowerCase()] || words.en;

  const host = document.createElement("hilo-widget");
  const set = (name, value) => value && host.style.setProperty(`--hilo-${name}`, value);
  const pixels = (value) => (/^\d+$/.test(value) ? `${value}px` : "");
  set("x", pixels(data.x));
  set("y", pixels(data.y));
  set("z", /^\d+$/.test(data.z) && data.z);
  if (/^#[\da-f]{6}$/i.test(data.color)) {
    const [r, g, b] = [1, 3, 5].map((i) => (Number.parseInt(data.color.slice(i, i + 2), 16) / 255) ** 2.2);
    set("accent", data.color);
    set("on-accent", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff");
    host.setAttribute("branded", "");
  }
  if (data.side === "left") host.setAttribute("side", "left");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{all:initial!important;position:fixed!important;bottom:var(--hilo-y,20px)!important;right:var(--hilo-x,20px)!important;
z-index:var(--hilo-z,2147483000)!important;width:56px!important;height:56px!important;display:block!important}
:host([side=left]){right:auto!important;left:var(--hilo-x,20px)!important}
@media print{:host{display:none!important}}
.launcher{position:relative;width:56px;height:56px;margin:0;padding:0;border:0;border-radius:50%;cursor:pointer;
background:var(--hilo-accent,#4152d6);color:var(--hilo-on-accent,#fff);display:grid;place-items:center;
box-shadow:0 1px 3px rgb(16 20 30/.2),0 6px 20px rgb(16 20 30/.24);transition:transform .15s ease-out;touch-action:manipulation}
.launcher:hover{transform:scale(1.05)}.launcher:active{transform:scale(.96)}
.launcher:focus-visible{outline:3px solid var(--hilo-accent,#4152d6);outline-offset:3px}
.launcher svg{width:28px;height:28px}
.launcher[data-failed]{background:#c2272d}
@media (prefers-reduced-motion:reduce){.launcher{transition:none}}
@media (forced-colors:active){.launcher{border:2px solid ButtonText}}`);
  root.adoptedStyleSheets = [sheet];
  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.className = "launcher";
  launcher.dataset.testid = "launcher";
  launcher.setAttribute("part", "launcher");
  launcher.setAttribute("aria-label", label);
  launcher.setAttribute("aria-expanded", "false");
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.8",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  })) {
    svg.setAttribute(name, value);
  }
  path.setAttribute("d", "M21 12a8 8 0 0 1-8 8H4l1.8-3.1A8 8 0 1 1 21 12ZM9 10.5h7M9 14h4");
  svg.append(path);
  launcher.append(svg);
  root.append(launcher);

  function load() {
    loading ??= import(new URL(__APP_URL__, script.src).href).then(
      (app) => {
        delete launcher.dataset.failed;
        handle = app.start(host, { ...data, inbox, origin: new URL(script.src).origin });
        for (const [name, args] of queue.splice(0)) handle[name](...args);
      },
      (failure) => {
        loading = undefined;
        launcher.dataset.failed = "";
        launcher.setAttribute("aria-label", failed);
        console.warn("hilo: the chat could not be loaded", failure);
      },
    );
    return loading;
  }

  for (const intent of ["pointerenter", "focus", "touchstart"]) {
    launcher.addEventListener(intent, load, { passive: true });
  }
  launcher.addEventListener("click", () => {
    if (!handle) stub.toggle();
    else handle.toggle();
  });

  function place() {
    if (document.querySelector("hilo-widget")) return;
    document.body.append(host);
    if (session.open) load();
    else if (session.token) (window.requestIdleCallback || setTimeout)(load);
  }
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
