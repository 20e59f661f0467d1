/**
 * A value that tells its followers when it changes. Followers are called at once, in the order
 * they came, with the new value.
 *
 * @template T
 * @param {T} initial
 */
export function signal(initial) {
  let value = initial;
  const followers = new Set();
  return {
    get value() {
      return value;
    },
    set value(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const follower of [...followers]) follower(value);
    },
    /** @param {(value: T) => void} follower @returns {() => void} ends the following */
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

/** Lit controller: the host is drawn again whenever one of the signals changes. */
export class Follow {
  constructor(host, ...signals) {
    this.host = host;
    this.signals = signals;
    this.ends = [];
    host.addController(this);
  }

  hostConnected() {
    this.ends = this.signals.map((each) => each.follow(() => this.host.requestUpdate()));
  }

  hostDisconnected() {
    for (const end of this.ends) end();
    this.ends = [];
  }
}
