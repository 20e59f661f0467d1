import { LitElement, html, svg } from "lit";
import { draw, icon } from "../shared/icons.js";
import { Follow } from "../shared/signal.js";
import "./mail-view.js";
import "./phone-view.js";
import { language, switches, t } from "./prefs.js";
import { world } from "./world.js";

draw({
  away: "M8 5h11v11M19 5 6 18",
  truck: "M3 6h11v10H3zM14 10h4l3 3v3h-7zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
});

const PRODUCTS = [
  { key: "p1", price: 13.5, shade: "red" },
  { key: "p2", price: 15, shade: "gold" },
  { key: "p3", price: 14, shade: "green" },
  { key: "p4", price: 11.5, shade: "brown" },
];

const EMBED = '<script async src="/widget.js" data-inbox="shop"></' + "script>";

const bag = (shade) => html`<svg class="bag ${shade}" viewBox="0 0 120 150" aria-hidden="true">
  ${svg`<path class="bag-shadow" d="M20 142h80c6 0 6 6 0 6H20c-6 0-6-6 0-6Z"/>
  <path class="bag-body" d="M26 24h68l8 112a8 8 0 0 1-8 8H26a8 8 0 0 1-8-8Z"/>
  <path class="bag-fold" d="M26 10h68v16H26z"/>
  <path class="bag-tie" d="M22 20h76v6H22z"/>
  <rect class="bag-label" x="34" y="52" width="52" height="62" rx="4"/>
  <path class="bag-bean" d="M60 62c10 0 15 8 15 17s-6 17-15 17-15-8-15-17 5-17 15-17Zm2 2c-6 8 4 14-3 30"/>
  <path class="bag-line" d="M44 104h32"/>`}
</svg>`;

const euro = (amount) =>
  new Intl.NumberFormat(language.value, { style: "currency", currency: "EUR" }).format(amount);

/** The shop with its chat, and below it the customer's phone and mail program. */
class DemoShop extends LitElement {
  static properties = { done: { state: true } };

  constructor() {
    super();
    this.done = new Set();
    new Follow(this, language, world);
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    const tag = document.querySelector("script[data-inbox]");
    const speak = () => window.Hilo?.locale(language.value);
    if (language.value !== "en") tag.addEventListener("load", speak);
    language.follow(speak);
  }

  steps() {
    const phone = () => this.querySelector("demo-phone");
    const mail = () => this.querySelector("demo-mail");
    const see = (element) => element.scrollIntoView({ block: "center", behavior: "smooth" });
    const openChat = () => window.Hilo?.open();
    return [
      openChat,
      () => {
        phone().fill("whatsapp", t("sample-whatsapp"));
        see(phone());
      },
      () => {
        mail().fill(t("sample-subject"), t("sample-mail"));
        see(mail());
      },
      () => window.open("/agent", "_blank", "noopener"),
      () => {
        phone().show("whatsapp");
        see(phone());
      },
      openChat,
    ];
  }

  isDone(step) {
    return (
      this.done.has(step) ||
      (step === 2 && world.value?.whatsapp.messages.some((message) => message.mine)) ||
      (step === 3 && world.value?.mail.mails.some((mail) => mail.mine))
    );
  }

  render() {
    return html`
      <header class="shop-head">
        <a class="brand" href="/demo"><span class="brand-mark" aria-hidden="true"></span>Alma Café</a>
        <nav>
          <a href="#coffee">${t("nav-coffee")}</a><a href="#bench">${t("bench-title")}</a>
          <a href="#try">${t("hero-try")}</a>
        </nav>
        ${switches()}
      </header>
      <section class="hero">
        <div>
          <h1>${t("hero-line")}</h1>
          <p>${t("hero-text")}</p>
          <div class="row">
            <button class="primary big" @click=${() => window.Hilo?.open()}>${t("hero-chat")}</button>
            <a class="plain big" href="#try">${t("hero-try")}</a>
          </div>
        </div>
        <div class="hero-art" aria-hidden="true">${bag("gold")}${bag("red")}${bag("brown")}</div>
      </section>
      <section id="coffee" class="products" aria-label=${t("nav-coffee")}>
        ${PRODUCTS.map(
          ({ key, price, shade }) => html`<article>
            ${bag(shade)}
            <h2>${t(`${key}-name`)}</h2>
            <p>${t(`${key}-note`)}</p>
            <strong>${t("from", { price: euro(price) })}</strong>
          </article>`,
        )}
      </section>
      <section id="try" class="try">
        <h2>${t("steps-title")}</h2>
        <p>${t("steps-text")}</p>
        <ol>
          ${this.steps().map((go, i) => this.step(i + 1, go))}
        </ol>
      </section>
      <section id="bench" class="bench">
        <div class="bench-head">
          <h2>${t("bench-title")}</h2>
          <p>${t("bench-text")}</p>
        </div>
        <div class="bench-phone">
          <demo-phone></demo-phone>
          <a href="/demo/phone" target="_blank">${icon("away")}${t("open-phone")}</a>
        </div>
        <div class="bench-mail">
          <demo-mail></demo-mail>
          <a href="/demo/mail" target="_blank">${icon("away")}${t("open-mail")}</a>
        </div>
        ${this.order()}
      </section>
      <footer class="shop-foot">
        <p>${t("footer")}</p>
        <p>${t("embed")} <code>${EMBED}</code></p>
      </footer>
    `;
  }

  step(n, go) {
    const done = this.isDone(n);
    return html`<li class=${done ? "done" : ""}>
      <span class="step-n">${done ? icon("check") : n}</span>
      <h3>${t(`step-${n}`)}</h3>
      <p>${t(`step-${n}-text`)}</p>
      <button
        class="plain"
        @click=${() => {
          if (n !== 2 && n !== 3) this.done = new Set([...this.done, n]);
          go();
        }}
      >
        ${t(`step-${n}-do`)}
      </button>
    </li>`;
  }

  order() {
    return html`<aside class="order" aria-label=${t("order-title")}>
      <h2>${t("order-title")}</h2>
      <p class="order-state">${icon("truck")}<span><strong>${t("order-state")}</strong>${t("order-when")}</span></p>
      <dl>
        <div><dt>${t("order-1")}</dt><dd>${euro(24)}</dd></div>
        <div><dt>${t("order-2")}</dt><dd>${euro(15)}</dd></div>
        <div class="sum"><dt>${t("order-total")}</dt><dd>${euro(39)}</dd></div>
      </dl>
    </aside>`;
  }
}

customElements.define("demo-shop", DemoShop);
