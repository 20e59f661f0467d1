import { html } from "lit";
import { badge } from "../common.js";
import { desk } from "../desk.js";
import { t } from "../prefs.js";
import { call } from "./api.js";
import { check, radios, toggled } from "./form.js";
import { itemsOf, sorted } from "./items.js";

/** Accounts by `channel:account`, with their names, as the gateway listed them last. */
let listed = new Map();

/** Asks for the accounts, where one may see them. */
export async function learnAccounts(changed) {
  if (!desk.may("endpoints")) return;
  try {
    const { endpoints } = await call("GET", "/endpoints");
    listed = new Map(
      endpoints.flatMap(({ type, accounts = [] }) => accounts.map(({ id, name }) => [`${type}:${id}`, name ?? id])),
    );
    changed();
  } catch {
    // The items of the desk are enough for a choice.
  }
}

/** Everything people write to: `[address, name]`, an address being `channel:account`. */
export function addresses() {
  const found = new Map(sorted("inbox").map(({ id, name }) => [`web:${id}`, name]));
  for (const { type, settings } of itemsOf("endpoint").values()) {
    for (const account of settings?.accounts ?? []) {
      if (account?.id) found.set(`${type}:${account.id}`, account.name ?? account.id);
    }
    if (settings?.account) found.set(`${type}:${settings.account}`, settings.name ?? settings.account);
  }
  for (const [address, name] of listed) found.set(address, name);
  return found;
}

export const addressName = (address) => addresses().get(address) ?? address.slice(address.indexOf(":") + 1);

/** The addresses as small badges with their names. */
export const addressChips = (list) =>
  list.map((address) => html`<span class="chip outline">${badge(address.split(":")[0], true)}${addressName(address)}</span>`);

/** All inboxes, or only some. `id` keeps the radio buttons of two forms apart. */
export function inboxChoice({ id, value = [], only, change }) {
  const known = addresses();
  for (const address of value) if (!known.has(address)) known.set(address, addressName(address));
  return html`${radios({
    name: `${id}-reach`,
    value: only ? "some" : "all",
    options: [
      { value: "all", name: t("inboxes.all") },
      { value: "some", name: t("inboxes.some") },
    ],
    change: (reach) => change(reach === "some" ? value : [], reach === "some"),
  })}
  ${
    only
      ? html`<div class="choices within">${
          known.size
            ? [...known].map(([address, name]) =>
                check({
                  name,
                  badge: badge(address.split(":")[0], true),
                  text: address.startsWith("web:") ? "" : address.slice(address.indexOf(":") + 1),
                  checked: value.includes(address),
                  change: (on) => change(toggled(value, address, on), true),
                }),
              )
            : html`<p class="muted">${t("inboxes.none")}</p>`
        }</div>`
      : ""
  }`;
}
