/**
 * What this browser keeps for one inbox under `hilo.v1.<inbox>`: token, topic, tail of the thread,
 * outbox, what has been seen, whether the panel is open, language, theme. All tabs share it. Where
 * storage is closed it lives as long as the page.
 */
export class Shelf {
  #memory = null;

  constructor(inbox) {
    this.key = `hilo.v1.${inbox}`;
    this.followers = new Set();
    try {
      this.channel = new BroadcastChannel(this.key);
      this.channel.onmessage = ({ data }) => this.followers.forEach((follower) => follower(data));
    } catch {
      this.channel = null;
    }
  }

  read() {
    if (this.#memory) return this.#memory;
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }

  /** Changes some fields; `undefined` removes one. */
  write(fields) {
    const next = { ...this.read(), ...fields };
    try {
      localStorage.setItem(this.key, JSON.stringify(next));
    } catch {
      this.#memory = next;
    }
  }

  clear() {
    const { language, theme } = this.read();
    this.#memory = null;
    try {
      localStorage.removeItem(this.key);
    } catch {
      this.#memory = {};
    }
    this.write({ language, theme });
  }

  /** Tells the other tabs. */
  tell(news) {
    this.channel?.postMessage(news);
  }

  follow(follower) {
    this.followers.add(follower);
  }

  /** The part of the shelf where an outbox lives. */
  outbox() {
    return {
      load: () => this.read().outbox ?? [],
      change: (edit) => this.write({ outbox: edit(this.read().outbox ?? []) }),
    };
  }
}
